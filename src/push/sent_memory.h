// SPDX-License-Identifier: MIT
// What one connection was sent, or fetched itself: nothing is pushed that its client has. An asset is known by its host
// and path, and by its version as far as that is known, so that a changed one is pushed again. When the memory is full,
// it forgets what was used longest ago: at worst that is pushed once more. Each connection has one, so an empty one has
// allocated nothing, and a full one takes some 60 KiB. On the worker's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace outrider::push {

class SentMemory {
 public:
  static constexpr std::size_t max_entries = 1024;

  /// The asset was inserted, and not with another version. An empty version, on either side, is one that is not known:
  /// it may be any. Counts as use.
  bool contains(std::string_view host, std::string_view path, std::string_view version) const;
  /// The same, and does not count as use.
  bool peek(std::string_view host, std::string_view path, std::string_view version) const;
  /// What the client has now: an earlier version of the asset is forgotten. Counts as use.
  void insert(std::string_view host, std::string_view path, std::string_view version);
  /// It came to nothing: the client does not have the asset.
  void erase(std::string_view host, std::string_view path);
  /// Places in use: what was erased keeps its own until it is the oldest.
  std::size_t size() const { return entries_.size(); }

 private:
  using Place = std::uint16_t;  // in entries_
  struct Entry {
    std::uint64_t asset;         // hash of host and path
    std::uint32_t version;       // its hash; 0: not known
    mutable Place newer, older;  // a ring: behind the newest comes the oldest
  };

  bool may_be(Place place, std::string_view version) const;
  void make_newest(Place place) const;
  void link_as_newest(Place place) const;

  std::vector<Entry> entries_;
  std::unordered_map<std::uint64_t, Place> places_;  // by asset
  mutable Place newest_ = 0;
};

}  // namespace outrider::push
