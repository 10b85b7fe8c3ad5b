// SPDX-License-Identifier: MIT
// What fuzz targets share: a claim that always holds, and an input that is cut into parts at its newlines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

namespace outrider::fuzz {

inline void expect(bool holds, std::string_view claim) {
  if (holds) return;
  std::cerr << "does not hold: " << claim << '\n';
  std::abort();  // libFuzzer writes the input to a file
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The first line, and what follows it.
inline std::pair<std::string_view, std::string_view> first_line(std::string_view text) {
  const auto end = text.find('\n');
  return {text.substr(0, end), end == text.npos ? std::string_view() : text.substr(end + 1)};
}

}  // namespace outrider::fuzz
