// SPDX-License-Identifier: MIT
// Lua patterns that may take very long. A matcher that back-tracks tries every way in which items such as "a-" can
// share a text between them: with k of them about n^k steps for n bytes, and the text often comes from the network. The
// limit on steps ends such a search, and the rule with it; this finds them before. It says what it can tell from the
// source: patterns that are written out as arguments of string functions. Path patterns and globs are matched in
// linear time and are not meant. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace outrider::script {

/// The power of the subject's length that a search for `pattern` may take. `anchors`: a leading "^" means the
/// beginning, as in find, match and gsub. A malformed pattern is read as far as it makes sense.
unsigned back_tracking_degree(std::string_view pattern, bool anchors = true);

/// The longest subject, in bytes, for which n^degree / degree! steps stay within `steps`.
std::size_t longest_subject(unsigned degree, std::size_t steps);

struct SlowPattern {
  std::string pattern;
  int line = 0;
  unsigned degree = 0;
};

/// The patterns in a Lua source that may take the `least`th power or more, in their order.
std::vector<SlowPattern> slow_patterns(std::string_view source, unsigned least = 3);

}  // namespace outrider::script
