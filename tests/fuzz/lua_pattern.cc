// SPDX-License-Identifier: MIT
// A line with a pattern of Lua's, and a subject: whatever they are, the search ends within its steps, and what it finds
// lies inside of the subject.
#include "fuzz/fuzz.h"
#include "script/lua_patterns.h"

using namespace outrider;
using fuzz::expect;
using script::LuaPattern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [pattern, subject] = fuzz::first_line(fuzz::text_of(data, size));
  for (const bool anchors : {true, false}) {
    try {
      LuaPattern search(subject, pattern, 20'000, {}, anchors);
      LuaPattern::Match match;
      if (!search.find(0, match)) continue;
      expect(match.begin <= match.end && match.end <= subject.size(), "a match lies in the subject");
      for (int i = 0; i < match.capture_count; ++i) {
        const LuaPattern::Capture& capture = match.captures.at(static_cast<std::size_t>(i));
        expect(capture.begin <= subject.size() && capture.length <= subject.size() - capture.begin,
               "a capture lies in the subject");
      }
      if (!LuaPattern::is_plain(pattern)) continue;
      expect(match.begin == subject.find(pattern) && match.end - match.begin == pattern.size(), "plain text is found");
    } catch (const script::PatternError&) {
      continue;
    }
  }
  return 0;
}
