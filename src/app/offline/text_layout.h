// SPDX-License-Identifier: MIT
// Text for a terminal of 80 columns. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace outrider::app {

inline constexpr std::size_t columns = 80;

/// What comes from requests and rules goes to a terminal without its control characters.
std::string plain(std::string_view text);

/// Words, broken at the last column; lines behind the first are indented. The first begins in column `indent`.
std::string wrapped(std::string_view text, std::size_t indent);

/// Emphasis where it is wanted.
class Ink {
 public:
  explicit Ink(bool colour) : colour_(colour) {}

  std::string strong(std::string_view text) const { return with("1", text); }
  std::string faint(std::string_view text) const { return with("2", text); }
  std::string good(std::string_view text) const { return with("32", text); }
  std::string bad(std::string_view text) const { return with("31", text); }

 private:
  std::string with(std::string_view code, std::string_view text) const;

  bool colour_;
};

}  // namespace outrider::app
