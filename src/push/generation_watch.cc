// SPDX-License-Identifier: MIT
#include "push/generation_watch.h"

#include <functional>

namespace outrider::push {
namespace {

constexpr std::size_t places = 2 * GenerationWatch::most_assets;

std::uint64_t hash_of(std::string_view host, std::string_view path) {
  const std::hash<std::string_view> hash;
  const std::uint64_t mixed = (hash(host) * 0x9E37'79B9'7F4A'7C15u) ^ hash(path);
  return mixed == 0 ? 1 : mixed;
}

/// RFC 9110 15.5, RFC 6585 5: wrong with the request, whatever the asset is.
bool is_clients_doing(int status) {
  return status == 400 || status == 408 || status == 412 || status == 413 || status == 416 || status == 417 ||
         status == 431;
}

}  // namespace

std::size_t GenerationWatch::place_of(std::uint64_t hash) const {
  std::size_t place = hash % places;
  while (hashes_[place] != 0 && hashes_[place] != hash) place = (place + 1) % places;
  return place;
}

void GenerationWatch::hinted(std::string_view host, std::string_view path) {
  if (hashes_.empty()) hashes_.resize(places);
  const std::uint64_t hash = hash_of(host, path);
  std::uint64_t& place = hashes_[place_of(hash)];
  if (place == hash || used_ == most_assets) return;
  place = hash;
  ++used_;
}

void GenerationWatch::answered(std::string_view host, std::string_view path, int status) {
  if (used_ == 0 || status < 200 || is_clients_doing(status)) return;
  const std::uint64_t hash = hash_of(host, path);
  if (hashes_[place_of(hash)] != hash) return;
  add(assets_);
  if (status >= 300 && status != 304) add(bad_assets_);
}

}  // namespace outrider::push
