// SPDX-License-Identifier: MIT
// Lua's patterns, with Lua's answers, and an end to every search.
#include "script/lua_patterns.h"

#include <catch2/catch.hpp>

#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t most_steps = 100'000;

/// "BEGIN-END capture capture" from 1, as string.find counts; "no" where nothing matches.
std::string found(std::string_view subject, std::string_view pattern) {
  LuaPattern search(subject, pattern, most_steps, {});
  LuaPattern::Match match;
  if (!search.find(0, match)) return "no";
  std::string text = std::to_string(match.begin + 1) + "-" + std::to_string(match.end);
  for (int i = 0; i < match.capture_count; ++i) {
    const auto& capture = match.captures[static_cast<std::size_t>(i)];
    text += " " + (capture.position ? "@" + std::to_string(capture.begin + 1)
                                    : std::string(subject.substr(capture.begin, capture.length)));
  }
  return text;
}

std::string wrong(std::string_view pattern) {
  try {
    found("aab(x)", pattern);
  } catch (const PatternError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("single characters, classes and sets", "[script][patterns]") {
  CHECK(found("hello", "l") == "3-3");
  CHECK(found("hello", "l.o") == "3-5");
  CHECK(found("key = 12", "%a+%s*=%s*%d+") == "1-8");
  CHECK(found("a.b", "%.") == "2-2");
  CHECK(found("x_1", "[%a_]+") == "1-2");
  CHECK(found("abc-9", "[^a-c]+") == "4-5");
  CHECK(found("a]b", "[]]") == "2-2");
  CHECK(found("]a", "[^]]") == "2-2");
  CHECK(found("a-z", "[a%-]+") == "1-2");
  CHECK(found("ABC", "%u%U") == "no");
  CHECK(found("f00", "%x+") == "1-3");
  CHECK(found("", "") == "1-0");
}

TEST_CASE("repeats, long and short", "[script][patterns]") {
  CHECK(found("aaab", "a*") == "1-3");
  CHECK(found("aaab", "a-b") == "1-4");
  CHECK(found("b", "a*b") == "1-1");
  CHECK(found("b", "a+b") == "no");
  CHECK(found("ab", "a?b") == "1-2");
  CHECK(found("b", "a?b") == "1-1");
  CHECK(found("<b><i>", "<.->") == "1-3");
  CHECK(found("<b><i>", "<.*>") == "1-6");
}

TEST_CASE("anchors", "[script][patterns]") {
  CHECK(found("/a/b", "^/a") == "1-2");
  CHECK(found("/x/a", "^/a") == "no");
  CHECK(found("a.css", "%.css$") == "2-5");
  CHECK(found("a$", "a$$") == "1-2");
  CHECK(found("a^b", "a^b") == "1-3");
}

TEST_CASE("captures", "[script][patterns]") {
  CHECK(found("k=v", "(%w)=(%w)") == "1-3 k v");
  CHECK(found("abc", "((a)(b))c") == "1-3 ab a b");
  CHECK(found("abc", "()b()") == "2-2 @2 @3");
  CHECK(found("'x\"x'", "(['\"]).-%1") == "1-5 '");
  CHECK(found("aa", "(a*(.)%w(%s*))") == "1-2 aa a ");
}

TEST_CASE("balance and frontier", "[script][patterns]") {
  CHECK(found("f(a(b)c)d", "%b()") == "2-8");
  CHECK(found("f(a", "%b()") == "no");
  CHECK(found("THE (quick) fox", "%f[%a]%a+%f[%A]") == "1-3");
  CHECK(found("THE", "%f[%z]") == "4-3");
}

TEST_CASE("bytes beyond ASCII and NUL are characters", "[script][patterns]") {
  CHECK(found(std::string_view("a\0b", 3), std::string_view("\0", 1)) == "2-2");
  CHECK(found(std::string_view("a\0b", 3), "%z") == "2-2");
  CHECK(found("\xc3\xa9", "[\x80-\xff]+") == "1-2");
}

TEST_CASE("malformed patterns are errors", "[script][patterns]") {
  CHECK(wrong("[a") == "malformed pattern (missing ']')");
  CHECK(wrong("[a%") == "malformed pattern (missing ']')");
  CHECK(wrong("[^") == "malformed pattern (missing ']')");
  CHECK(wrong("%") == "malformed pattern (ends with '%')");
  CHECK(wrong("(a") == "unfinished capture");
  CHECK(wrong("a)") == "invalid pattern capture");
  CHECK(wrong("%1") == "invalid capture index");
  CHECK(wrong("(a%1)") == "invalid capture index");
  CHECK(wrong("%bx") == "malformed pattern (missing arguments to '%b')");
  CHECK(wrong("%fa") == "missing '[' after '%f' in pattern");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "()";
  CHECK(wrong(many) == "too many captures");
}

TEST_CASE("patterns that would never end do", "[script][patterns]") {
  const std::string long_text(30'000, 'a');
  for (const char* pattern : {"a-a-a-a-b", "a*a*a*a*b", "(a*)*%1b", ".-.-.-x", "[^x]-[^x]-x"}) {
    CAPTURE(pattern);
    LuaPattern search(long_text, pattern, most_steps, {});
    LuaPattern::Match match;
    CHECK_THROWS_WITH(search.find(0, match), "pattern took more than 100000 steps");
  }
  // Each question mark is one level of recursion.
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "a?";
  LuaPattern search(long_text, deep, 10'000'000, {});
  LuaPattern::Match match;
  CHECK_THROWS_WITH(search.find(0, match), "pattern too complex");
}

TEST_CASE("the library's functions", "[script][patterns]") {
  ScriptWorld world;
  CHECK(world.text("return table.concat({ ('hello'):find('l') }, ',')") == "3,3");
  CHECK(world.text("return table.concat({ ('a.b'):find('.', 2, true) }, ',')") == "2,2");
  CHECK(world.text("return table.concat({ ('hello'):find('', 10) }, ',')") == "6,5");
  CHECK(world.text("return table.concat({ ('hello'):find('(l)(l)', -3) }, ',')") == "3,4,l,l");
  CHECK(world.text("return ('hello'):find('x')") == "nothing");
  CHECK(world.text("return (('k=v'):match('(%w)=')) .. ('abc'):match('b.')") == "kbc");
  CHECK(world.number("return ('abc'):match('()c')") == 3);
  CHECK(world.text("local t = {} for k, v in ('a=1, b=2'):gmatch('(%w)=(%w)') do t[#t + 1] = k .. v end\n"
                   "return table.concat(t, ',')") == "a1,b2");
  CHECK(world.number("local n = 0 for _ in ('abc'):gmatch('') do n = n + 1 end return n") == 4);
  CHECK(world.text("return table.concat({ ('hello world'):gsub('o', '0') }, ',')") == "hell0 w0rld,2");
  CHECK(world.text("return (('hello'):gsub('', '-'))") == "-h-e-l-l-o-");
  CHECK(world.text("return (('abc'):gsub('%w', '%0%0', 2))") == "aabbc");
  CHECK(world.text("return (('a b'):gsub('(%w) (%w)', '%2 %1 100%%'))") == "b a 100%");
  CHECK(world.text("return (('abc'):gsub('%w', { a = 'x', b = false }))") == "xbc");
  CHECK(world.text("return (('abc'):gsub('^a', 'x'))") == "xbc");
  CHECK(world.text("return (('aaa'):gsub('^a', 'x'))") == "xaa");
  CHECK(world.text("return (('abc'):gsub('(b)', function(b) return b:upper() end))") == "aBc");
  CHECK_THAT(world.error("return ('abc'):gsub('b', '%2')"), Contains("invalid capture index"));
  CHECK_THAT(world.error("return ('abc'):gsub('b', function() return {} end)"), Contains("found a table"));
  CHECK_THAT(world.error("return (('abc'):find('[a'))"), Contains("rules/shop.lua:1: malformed pattern"));
  CHECK(world.text("return ('ab'):rep(3) .. ('x'):rep(0) .. ('x'):rep(-1) .. ('x'):rep(2, '-')") == "abababx-x");
}

TEST_CASE("the step limit holds for scripts", "[script][patterns]") {
  Limits limits;
  limits.pattern_steps = 1000;
  ScriptWorld world(limits);
  REQUIRE(world.state.finish_loading());
  for (const std::string call :
       {"find(s, 'a-a-a-b')", "match(s, 'a-a-a-b')", "gsub(s, 'a-a-a-b', '')", "gmatch(s, 'a-a-a-b')()"}) {
    CAPTURE(call);
    CHECK_THAT(world.error("local s = ('a'):rep(500)\nlocal r = string." + call),
               Contains("rules/shop.lua:2: pattern took more than 1000 steps"));
  }
  // Plain text is found in linear time, without steps.
  CHECK(world.number("return (('a'):rep(1e6) .. 'b'):find(('a'):rep(1000) .. 'b')") == 999'001);
}

TEST_CASE("a long search pauses now and then, and ends where the pause throws", "[script][patterns]") {
  const std::string text(50'000, 'a');
  int pauses = 0;
  LuaPattern::Match match;
  LuaPattern whole(text, ".-b", 10 * LuaPattern::steps_between_pauses, [&] { ++pauses; });
  CHECK_THROWS_AS(whole.find(0, match), PatternError);
  CHECK(pauses == 9);
  LuaPattern ended(text, ".-b", 10 * LuaPattern::steps_between_pauses, [&] {
    if (++pauses == 12) throw std::runtime_error("enough");
  });
  CHECK_THROWS_WITH(ended.find(0, match), "enough");
  CHECK(pauses == 12);
}
