// SPDX-License-Identifier: MIT
// Hashes instead of strings: two assets that collide cost one push, never a wrong answer. The order of use is a ring
// through the entries, so that it costs no search.
#include "push/sent_memory.h"

#include <functional>

namespace outrider::push {
namespace {

const std::hash<std::string_view> hash;

std::uint64_t hash_of(std::string_view host, std::string_view path) {
  const std::uint64_t first = hash(host);
  // The multiplication keeps ("a", "b") and ("b", "a") apart.
  return (first ^ (first >> 29)) * 0x9e3779b97f4a7c15u + hash(path);
}

std::uint32_t hash_of_version(std::string_view version) {
  if (version.empty()) return 0;
  const auto hashed = static_cast<std::uint32_t>(hash(version));
  return hashed == 0 ? 1 : hashed;
}

}  // namespace

bool SentMemory::contains(std::string_view host, std::string_view path, std::string_view version) const {
  if (entries_.empty()) return false;
  const auto found = places_.find(hash_of(host, path));
  if (found == places_.end()) return false;
  make_newest(found->second);
  return may_be(found->second, version);
}

bool SentMemory::peek(std::string_view host, std::string_view path, std::string_view version) const {
  const auto found = places_.find(hash_of(host, path));
  return found != places_.end() && may_be(found->second, version);
}

bool SentMemory::may_be(Place place, std::string_view version) const {
  const std::uint32_t has = entries_[place].version;
  const std::uint32_t asked = hash_of_version(version);
  return has == 0 || asked == 0 || has == asked;
}

void SentMemory::insert(std::string_view host, std::string_view path, std::string_view version) {
  const std::uint64_t asset = hash_of(host, path);
  const std::uint32_t known = hash_of_version(version);
  if (const auto found = places_.find(asset); found != places_.end()) {
    make_newest(found->second);
    entries_[found->second].version = known;
    return;
  }
  if (entries_.size() < max_entries) {
    const auto place = static_cast<Place>(entries_.size());
    entries_.push_back({asset, known, place, place});
    if (place != 0) link_as_newest(place);
    places_.emplace(asset, place);
    newest_ = place;
    return;
  }
  // The oldest one's place becomes the newest, and the ring needs no other change.
  const Place oldest = entries_[newest_].newer;
  places_.erase(entries_[oldest].asset);
  entries_[oldest].asset = asset;
  entries_[oldest].version = known;
  places_.emplace(asset, oldest);
  newest_ = oldest;
}

void SentMemory::erase(std::string_view host, std::string_view path) {
  const auto found = places_.find(hash_of(host, path));
  if (found == places_.end()) return;
  // The ring stays as it is. No asset has this hash but one in 2^64, which would be pushed once more.
  entries_[found->second].asset = 0;
  places_.erase(found);
}

void SentMemory::make_newest(Place place) const {
  if (place == newest_) return;
  const Entry& entry = entries_[place];
  entries_[entry.older].newer = entry.newer;
  entries_[entry.newer].older = entry.older;
  link_as_newest(place);
  newest_ = place;
}

/// Between the newest so far and the oldest.
void SentMemory::link_as_newest(Place place) const {
  const Entry& newest = entries_[newest_];
  const Entry& entry = entries_[place];
  entry.older = newest_;
  entry.newer = newest.newer;
  entries_[newest.newer].older = place;
  newest.newer = place;
}

}  // namespace outrider::push
