// SPDX-License-Identifier: MIT
// Which Lua patterns may take long, and that the search itself takes as long as is said.
#include "script/pattern_lint.h"

#include <catch2/catch.hpp>
#include <string>

#include "script/lua_patterns.h"

using namespace outrider::script;

namespace {

/// "line:degree pattern" of each slow one, joined by commas.
std::string slow(std::string_view source) {
  std::string text;
  for (const SlowPattern& each : slow_patterns(source)) {
    text +=
        (text.empty() ? "" : ", ") + std::to_string(each.line) + ":" + std::to_string(each.degree) + " " + each.pattern;
  }
  return text;
}

bool ends_within(std::string_view subject, std::string_view pattern, std::size_t steps) {
  LuaPattern search(subject, pattern, steps, {});
  LuaPattern::Match match;
  try {
    search.find(0, match);
    return true;
  } catch (const PatternError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("a pattern's degree is how many of its items can share a text") {
  CHECK(back_tracking_degree("a-a-a-a-a-b") == 6);
  CHECK(back_tracking_degree("^a-a-a-a-a-b") == 5);
  CHECK(back_tracking_degree("^.*,.*,.*;") == 3);
  CHECK(back_tracking_degree("^%w+%a+[a-z]+$") == 3);
  CHECK(back_tracking_degree("^%s*[%s,]*%s*x") == 3);
  CHECK(back_tracking_degree("^a*x?a*x?a*b") == 3);
  CHECK(back_tracking_degree("^(.-)%1(.-)%1(.-)x") == 3);
}

TEST_CASE("items with no byte in common share nothing") {
  CHECK(back_tracking_degree("^%a+%d+%s+$") == 1);
  CHECK(back_tracking_degree("^a*b*c*d*$") == 1);
  CHECK(back_tracking_degree("^[^/]*/[^/]*/[^/]*/x") == 1);
  CHECK(back_tracking_degree("^%S*%s*%S*%s*$") == 1 + 1);
  CHECK(back_tracking_degree("^/product/(%d+)$") == 1);
  CHECK(back_tracking_degree("") == 0);
}

TEST_CASE("what cannot fail is not tried again") {
  CHECK(back_tracking_degree("^%s*(.-)%s*$") == 2);
  CHECK(back_tracking_degree("(.-)%s*$") == 2);
  CHECK(back_tracking_degree("^(%w+)%s*=%s*(.-)%s*$") == 2);
  CHECK(back_tracking_degree("^.*.*.*") <= 1);
  CHECK(back_tracking_degree("(.*)/(.*)") == 2);
}

TEST_CASE("sets and classes and frontiers and balanced texts are read") {
  CHECK(back_tracking_degree("^[]a]*[]b]*[]c]*x") == 3);
  CHECK(back_tracking_degree("^[^a]*a*[^a]*a*$") == 2);
  CHECK(back_tracking_degree("^%b()%f[%w]%w*$") == 1);
  CHECK(back_tracking_degree("^%.*%.*%.*x") == 3);
  CHECK(back_tracking_degree("[") <= 1);
  CHECK(back_tracking_degree("%") <= 1);
  CHECK(back_tracking_degree("[a-") <= 1);
  CHECK(back_tracking_degree("^a*a*a*x", false) == 3);
}

TEST_CASE("patterns are found where they are written out as such") {
  CHECK(slow("local a = path:match(\"a-a-a-b\")\nreturn string.gsub(path, 'x*x*x*y', \"\")") ==
        "1:4 a-a-a-b, 2:4 x*x*x*y");
  CHECK(slow("for w in path:gmatch'^a*a*a*x' do end") == "1:3 ^a*a*a*x");
  CHECK(slow("path:find(f(1, 2) .. \"a\", 1)").empty());
  CHECK(slow("path:find(\"a-a-a-b\", 1, true)").empty());
  CHECK(slow("path:find(\"a-a-a-b\", 1, false)") == "1:4 a-a-a-b");
  CHECK(slow("string.find(\"a-a-a-b\", path)").empty());
  CHECK(slow("glob(\"a-a-a-b\") match \"a-a-a-b\" -- x:find(\"a-a-a-b\")").empty());
  CHECK(slow("x:match(\"a-a-a-b\" .. y)").empty());
  CHECK(slow("x:match(").empty());
}

TEST_CASE("a text as long as is said is matched within the limit, one four times as long is not") {
  constexpr std::size_t steps = 1'000'000;
  for (const std::string pattern : {"a-a-a-b", "a-a-a-a-a-b", "^a*a*a*b"}) {
    const unsigned degree = back_tracking_degree(pattern);
    const std::size_t longest = longest_subject(degree, steps);
    INFO(pattern << " " << longest);
    CHECK_FALSE(ends_within(std::string(4 * longest, 'a'), pattern, steps));
    CHECK(ends_within(std::string(longest / 4, 'a'), pattern, steps));
  }
}

TEST_CASE("what is split at one byte takes no longer for more parts") {
  CHECK(back_tracking_degree("^(.-)/(.-)/(.-)/(.-)$") == 1);
  CHECK(back_tracking_degree("^/(.*)/(.-)/(.*)/") == 1);
  CHECK(back_tracking_degree("^(.-)/(.-)/(.-)/x(.-)$") == 3);
  CHECK(back_tracking_degree("^(.-)/(.-)%.(.-)/(.*)") == 3);
  CHECK(back_tracking_degree("^(.-)/%f[x](.-)/(.-)/(.*)") == 3);
  CHECK(back_tracking_degree("^(.-)%1(.-)%1(.-)%1(.*)") == 3);
  constexpr std::size_t steps = 1'000'000;
  for (const std::string pattern : {"^(.-)/(.-)/(.-)/(.-)$", "^(.*)/(.*)/(.*)/(.*)/", "^(.*)/(.-)/(.*)/(.-)/(.*)$"}) {
    for (const std::string part : {"a", "/", "/a", "a////"}) {
      std::string subject;
      while (subject.size() < 10'000) subject += part;
      for (const std::string& each : {subject, "//" + std::string(10'000, 'a'), std::string(10'000, 'a') + "/a/"}) {
        INFO(pattern << " on " << part);
        CHECK(ends_within(each, pattern, steps));
      }
    }
  }
}
