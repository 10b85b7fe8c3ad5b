// SPDX-License-Identifier: MIT
#include "push/generation_watch.h"

#include <utility>

#include "base/random.h"
#include "push/siphash.h"

namespace outrider::push {
namespace {

/// RFC 9110 15.5, RFC 6585 5: wrong with the request, whatever the asset is.
bool is_clients_doing(int status) {
  return status == 400 || status == 408 || status == 412 || status == 413 || status == 416 || status == 417 ||
         status == 431;
}

}  // namespace

std::uint64_t GenerationWatch::hash_of(std::string_view host, std::string_view path) const {
  // The multiplication keeps ("a", "b") and ("b", "a") apart.
  return siphash24(key_, host) * 0x9E37'79B9'7F4A'7C15u + siphash24(key_, path);
}

GenerationWatch::Asset& GenerationWatch::place_of(std::string_view host, std::string_view path) {
  if (known_.empty()) {
    known_.resize(most_assets);
    key_ = random_key();
  }
  const std::uint64_t hash = hash_of(host, path);
  Asset& place = known_[hash % most_assets];
  if (place.hash != hash) place = Asset{hash};
  return place;
}

void GenerationWatch::count(Counter& all, Counter& bad, SeenVisitors& visitors, bool is_bad,
                            std::string_view address) const {
  add(all);
  if (is_bad) add(bad);
  if (bad.load(std::memory_order_relaxed) != 0) visitors.saw(visitors_(address), is_bad);
}

void GenerationWatch::evaluation(bool failed, std::string_view address) {
  count(evaluations_, failed_evaluations_, evaluating_, failed, address);
}

void GenerationWatch::announced(std::string_view host, std::string_view path) {
  Asset& asset = place_of(host, path);
  if (asset.early == Early::none) asset.early = Early::awaited;
}

void GenerationWatch::hinted(std::string_view host, std::string_view path, std::string_view address) {
  Asset& asset = place_of(host, path);
  const Early early = std::exchange(asset.early, Early::none);
  if (early == Early::good || early == Early::bad) {
    count(assets_, bad_assets_, asking_, early == Early::bad, address);
  } else if (asset.owed != most_owed) {
    ++asset.owed;
  }
}

void GenerationWatch::answered(std::string_view host, std::string_view path, int status, std::string_view address) {
  if (known_.empty() || status < 200 || is_clients_doing(status)) return;
  const std::uint64_t hash = hash_of(host, path);
  Asset& asset = known_[hash % most_assets];
  if (asset.hash != hash) return;
  const bool bad = status >= 300 && status != 304;
  if (asset.owed != 0) {
    --asset.owed;
    count(assets_, bad_assets_, asking_, bad, address);
  } else if (asset.early == Early::awaited) {
    asset.early = bad ? Early::bad : Early::good;
  }
}

}  // namespace outrider::push
