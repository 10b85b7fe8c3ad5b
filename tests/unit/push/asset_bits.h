// SPDX-License-Identifier: MIT
// Encoded asset sets that are written by hand: a second reading of the format, with strings of digits.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "push/asset_set.h"

namespace outrider::push::test {

/// The number's lowest bits, the highest first.
inline std::string digits(std::uint32_t number, int bits) {
  std::string text;
  while (bits-- > 0) text += (number >> bits & 1) != 0 ? '1' : '0';
  return text;
}

inline std::string packed(std::string bits) {
  while (bits.size() % 8 != 0) bits += '0';
  std::string bytes;
  for (std::size_t at = 0; at != bits.size(); at += 8) {
    bytes += static_cast<char>(std::stoi(bits.substr(at, 8), nullptr, 2));
  }
  return bytes;
}

/// The power of two that is nearest to ln 2 times the mean gap.
inline int plain_bits(std::size_t entries) {
  const double best = std::log(2.0) * AssetSet::range / static_cast<double>(entries);
  int bits = 0;
  while (std::abs(std::exp2(bits + 1) - best) < std::abs(std::exp2(bits) - best)) ++bits;
  return bits;
}

/// Digits of the set of these numbers, which ascend.
inline std::string set_digits(const std::vector<std::uint32_t>& numbers) {
  std::string bits = digits(static_cast<std::uint32_t>(numbers.size() - 1), 8);
  const int plain = plain_bits(numbers.size());
  std::uint32_t smallest = 0;
  for (const std::uint32_t number : numbers) {
    bits += std::string((number - smallest) >> plain, '1') + '0' + digits(number - smallest, plain);
    smallest = number + 1;
  }
  return bits;
}

/// The set of that many entries whose encoding is the longest: one gap holds all that the others could round down.
inline std::vector<std::uint32_t> worst_numbers(std::size_t entries) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 0; numbers.size() + 1 != entries; ++number) numbers.push_back(number);
  numbers.push_back(AssetSet::range - 1);
  return numbers;
}

}  // namespace outrider::push::test
