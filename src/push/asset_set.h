// SPDX-License-Identifier: MIT
// Which assets a client has, so small that it fits a cookie: a Golomb-Rice coded set (Golomb 1966, Rice 1979) of
// numbers below a fixed range. An asset is its path and its version, so that a changed one is not in the set. A set may
// say that it holds what it does not, for at most one asset in a hundred; it never denies what it holds.
//
// The range is fixed, because a set must take in more assets later, when all it has is numbers. 250 entries of 25,600
// make a rate of 1 %; fewer entries cost more bits each, and less than what is fixed leaves over. Each set has one
// encoding and each encoding one set. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::push {

class AssetSet {
 public:
  static constexpr std::size_t most_entries = 250;
  static constexpr std::uint32_t range = 25'600;
  /// Of the longest encoding, whatever the entries are.
  static constexpr std::size_t most_bytes = 270;

  /// `path` with its query, without fragment; `version` an entity tag or a moment, anything that changes with the
  /// content.
  bool contains(std::string_view path, std::string_view version) const;
  /// True where the set holds the asset now. False where it is full, and then it stays as it is.
  bool insert(std::string_view path, std::string_view version);
  /// Takes in the other set's entries, the smallest numbers first, as far as there is room.
  void merge(const AssetSet& other);

  bool empty() const { return numbers_.empty(); }
  bool full() const { return numbers_.size() >= most_entries; }
  /// Assets that share a number count as one.
  std::size_t size() const { return numbers_.size(); }

  /// Bytes from which decode() makes the same set; none for the empty set.
  std::string encode() const;
  /// Nothing where these bytes are not what encode() makes of some set. Reads at most `most_bytes`.
  static std::optional<AssetSet> decode(std::string_view bytes);

  bool operator==(const AssetSet&) const = default;

 private:
  bool insert_number(std::uint16_t number);

  std::vector<std::uint16_t> numbers_;  // ascending
};

}  // namespace outrider::push
