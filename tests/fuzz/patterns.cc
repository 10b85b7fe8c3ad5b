// SPDX-License-Identifier: MIT
// A line with a path pattern or a glob, and a path: both matchers against ones that are too simple to be wrong. These
// take exponential time, so their inputs are short; long ones show that ours do not.
#include <algorithm>
#include <vector>

#include "fuzz/fuzz.h"
#include "push/pattern.h"
#include "unit/push/simple_match.h"

using namespace outrider;
using fuzz::expect;
using push::test::simple_match;

namespace {

/// What the simple matchers can do in no time.
bool is_short(std::string_view pattern, std::string_view text) {
  return pattern.size() <= 24 && text.size() <= 24 && std::count(pattern.begin(), pattern.end(), '*') <= 5;
}

bool simple_glob(std::string_view glob, std::string_view text) {
  if (glob.empty()) return text.empty();
  if (glob.front() == '*') {
    return simple_glob(glob.substr(1), text) || (!text.empty() && simple_glob(glob, text.substr(1)));
  }
  return !text.empty() && glob.front() == text.front() && simple_glob(glob.substr(1), text.substr(1));
}

void look_at_pattern(std::string_view text, std::string_view path) {
  const auto pattern = push::Pattern::parse(text);
  if (!pattern || !path.starts_with('/')) return;
  std::vector<push::Capture> captures;
  const bool matches = pattern->matches(path, &captures);
  expect(pattern->matches(path, nullptr) == matches, "captures change nothing");
  expect(captures.size() == (matches ? pattern->capture_names().size() : 0), "each capture has its value");
  for (const push::Capture& capture : captures) {
    expect(!capture.value.empty() && capture.value.find('/') == std::string_view::npos, "a capture is a segment");
  }
  if (pattern->is_exact()) expect(matches == (path == text), "an exact path matches itself alone");
  if (!is_short(text, path)) return;
  expect(matches == simple_match(text, path, false), "a pattern matches what the simple matcher says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [pattern, text] = fuzz::first_line(fuzz::text_of(data, size));
  look_at_pattern(pattern, text);
  const bool matches = push::glob_matches(pattern, text);
  if (!is_short(pattern, text)) return 0;
  expect(matches == simple_glob(pattern, text), "a glob matches what the simple one does");
  return 0;
}
