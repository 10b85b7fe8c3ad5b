// SPDX-License-Identifier: MIT
// A matcher of path patterns that is too simple to be wrong, to compare the real one with: back-tracking over the
// pattern's text, with the meaning of each wildcard written down once. Takes exponential time.
#pragma once

#include <algorithm>
#include <string_view>

namespace outrider::push::test {

/// `at_segment`: what is left of the pattern begins behind a slash.
inline bool simple_match(std::string_view pattern, std::string_view text, bool at_segment) {
  if (pattern.empty()) return text.empty();
  if (at_segment && pattern.starts_with("**/")) {
    if (simple_match(pattern.substr(3), text, true)) return true;
    const auto slash = text.find('/');
    return slash != text.npos && simple_match(pattern, text.substr(slash + 1), true);
  }
  if (pattern.starts_with("**")) {
    return simple_match(pattern.substr(2), text, false) ||
           (!text.empty() && simple_match(pattern, text.substr(1), false));
  }
  if (pattern.front() == '*') {
    return simple_match(pattern.substr(1), text, false) ||
           (!text.empty() && text.front() != '/' && simple_match(pattern, text.substr(1), false));
  }
  if (pattern.front() == '{') {
    const auto end = std::min(text.find('/'), text.size());
    return end > 0 && simple_match(pattern.substr(pattern.find('}') + 1), text.substr(end), false);
  }
  return !text.empty() && pattern.front() == text.front() &&
         simple_match(pattern.substr(1), text.substr(1), pattern.front() == '/');
}

}  // namespace outrider::push::test
