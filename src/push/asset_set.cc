// SPDX-License-Identifier: MIT
// An encoding is a byte with the number of entries less one, then for each entry the gap between it and the smallest
// number that it could be: the gap's upper part in ones that a zero ends, its lower part as plain bits, the highest
// first. Zeros fill the last byte.
#include "push/asset_set.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "push/siphash.h"

namespace outrider::push {
namespace {

/// Not a secret, and the same on all machines and for all keys of the cookie: who finds assets that share a number can
/// only withhold pushes from itself, because a set is believed for the client alone that brings it.
constexpr std::array<std::uint8_t, 16> public_key{};

std::uint16_t number_of(std::string_view path, std::string_view version) {
  // The path's hash is the key for the version's: no path and version together read as others do.
  const std::uint64_t path_hash = siphash24(public_key, path);
  std::array<std::uint8_t, 16> key{};
  for (std::size_t i = 0; i != 8; ++i) key[i] = static_cast<std::uint8_t>(path_hash >> 8 * i);
  // The upper half times the range, a multiple of 2^32 for each number: all numbers are equally likely.
  return static_cast<std::uint16_t>((siphash24(key, version) >> 32) * AssetSet::range >> 32);
}

/// How many bits of a gap are written as they are. The code is shortest where their range is ln 2 times the mean gap;
/// this is the power of two next to that.
int plain_bits(std::size_t entries) {
  const auto best = static_cast<std::uint32_t>(AssetSet::range * 693ULL / 1000 / entries);
  return std::bit_width(best * 4 / 3) - 1;
}

class BitWriter {
 public:
  void write(std::uint32_t value, int bits) {
    while (bits-- > 0) {
      if (used_ % 8 == 0) bytes_ += '\0';
      if ((value >> bits & 1) != 0) bytes_.back() = static_cast<char>(bytes_.back() | 128 >> used_ % 8);
      ++used_;
    }
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  /// 0 behind the end, which `exhausted` then tells.
  std::uint32_t bit() {
    if (at_ >= bytes_.size() * 8) {
      exhausted_ = true;
      return 0;
    }
    const auto byte = static_cast<unsigned char>(bytes_[at_ / 8]);
    return byte >> (7 - at_++ % 8) & 1U;
  }
  std::uint32_t read(int bits) {
    std::uint32_t value = 0;
    while (bits-- > 0) value = value << 1 | bit();
    return value;
  }
  bool exhausted() const { return exhausted_; }
  /// Fewer than eight bits are left, and all of them are 0.
  bool at_end() {
    if (bytes_.size() * 8 - at_ >= 8) return false;
    while (at_ < bytes_.size() * 8) {
      if (bit() != 0) return false;
    }
    return true;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool exhausted_ = false;
};

}  // namespace

bool AssetSet::contains(std::string_view path, std::string_view version) const {
  return !empty() && std::binary_search(numbers_.begin(), numbers_.end(), number_of(path, version));
}

bool AssetSet::insert(std::string_view path, std::string_view version) {
  return insert_number(number_of(path, version));
}

bool AssetSet::insert_number(std::uint16_t number) {
  const auto at = std::lower_bound(numbers_.begin(), numbers_.end(), number);
  if (at != numbers_.end() && *at == number) return true;
  if (full()) return false;
  numbers_.insert(at, number);
  return true;
}

void AssetSet::merge(const AssetSet& other) {
  if (this == &other) return;
  for (const std::uint16_t number : other.numbers_) insert_number(number);
}

std::string AssetSet::encode() const {
  if (empty()) return {};
  BitWriter bits;
  bits.write(static_cast<std::uint32_t>(size() - 1), 8);
  const int plain = plain_bits(size());
  std::uint32_t smallest = 0;
  for (const std::uint16_t number : numbers_) {
    const std::uint32_t gap = number - smallest;
    for (std::uint32_t i = 0; i != gap >> plain; ++i) bits.write(1, 1);
    bits.write(0, 1);
    bits.write(gap, plain);
    smallest = number + 1U;
  }
  return bits.take();
}

std::optional<AssetSet> AssetSet::decode(std::string_view bytes) {
  AssetSet set;
  if (bytes.empty()) return set;
  if (bytes.size() > most_bytes) return std::nullopt;
  BitReader bits(bytes);
  const std::size_t entries = bits.read(8) + 1;
  if (entries > most_entries) return std::nullopt;
  const int plain = plain_bits(entries);
  set.numbers_.reserve(entries);
  std::uint32_t smallest = 0;
  while (set.size() != entries) {
    std::uint32_t gap = 0;
    while (bits.bit() != 0) ++gap;  // ends: behind the end there are zeros alone
    gap = gap << plain | bits.read(plain);
    if (bits.exhausted() || gap >= range - smallest) return std::nullopt;
    smallest += gap;
    set.numbers_.push_back(static_cast<std::uint16_t>(smallest++));
  }
  if (!bits.at_end()) return std::nullopt;
  return set;
}

}  // namespace outrider::push
