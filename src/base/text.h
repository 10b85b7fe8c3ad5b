// SPDX-License-Identifier: MIT
// Small text functions that several folders need. All work on ASCII, as HTTP does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace outrider {

bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string lower_case(std::string_view text);
/// Without spaces and tabs at both ends (RFC 9110 5.6.3 OWS).
std::string_view trim(std::string_view text);
/// The parts between separators, trimmed; empty parts are left out.
std::vector<std::string_view> split(std::string_view text, char separator);

/// RFC 9110 5.6.2: what names header fields, methods and cookies, and may stand without quotes.
bool is_token(std::string_view text);
/// ASCII's control characters, tabs and line ends among them.
bool has_controls(std::string_view text);
bool has_space_or_controls(std::string_view text);

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// What the digit stands for, 0 to 15; -1 where `c` is no hexadecimal digit.
int hex_digit(char c);
/// Whether a "%" with two hexadecimal digits behind it is in the text (RFC 3986 2.1).
bool has_percent_encoding(std::string_view text);

/// With control bytes, quotes and backslashes as \xHH: for log lines that carry a stranger's bytes.
std::string printable(std::string_view text);

/// The candidate nearest to `word` by edit distance, if it is near enough to be a slip of the finger; else empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);
/// `; did you mean "hints"?`, or nothing where no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace outrider
