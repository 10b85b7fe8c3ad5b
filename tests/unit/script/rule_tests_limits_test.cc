// SPDX-License-Identifier: MIT
// Tests beside the rules that take time or memory without end.
#include <catch2/catch.hpp>

#include "unit/script/tests_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using std::chrono::milliseconds;

TEST_CASE("tests that never end are stopped, and the file is named", "[script][tests][limits]") {
  TestsWorld world;
  world.options.test_timeout = milliseconds(120);
  world.write("rules/z.test.lua", "expect(request{}).hints{}");
  for (const std::string loop : {"while true do end", "while true do pcall(function() while true do end end) end",
                                 "test(\"x\", function() while true do end end)",
                                 "while true do expect(request{}).hints{ style \"/css/app.css\" } end",
                                 "local c = coroutine.wrap(function() while true do end end) c()",
                                 "local s = (\"a\"):rep(50000) while true do s:find(\".-b\") end"}) {
    CAPTURE(loop);
    const auto begun = std::chrono::steady_clock::now();
    CHECK(world.with_test("\n" + loop) ==
          "rules/shop.test.lua:2: stopped here: all tests together may take 120 ms (test_timeout), and this file was "
          "running when that was over; 1 more was not run");
    CHECK(std::chrono::steady_clock::now() - begun < milliseconds(5000));
  }
}

TEST_CASE("what failed before the time was over is said, too", "[script][tests][limits]") {
  TestsWorld world;
  world.options.test_timeout = milliseconds(100);
  CHECK_THAT(
      world.with_test("expect(request{}).hints{}\nwhile true do end"),
      StartsWith("rules/shop.test.lua:1: expected no hints") && Contains("\nrules/shop.test.lua:2: stopped here"));
}

TEST_CASE("tests that take memory without end are errors", "[script][tests][limits]") {
  TestsWorld world;
  world.options.limits.memory_bytes = 8u << 20;
  world.write("rules/z.test.lua", "expect(request{}).hints{}");
  for (const std::string greedy :
       {"local t = {} while true do t[#t + 1] = {} end", "local s = \"x\" while true do s = s .. s end",
        "local t = {} while true do t[#t + 1] = request{ path = \"/\" } end",
        "test(\"x\", function() local t = {} while true do t[#t + 1] = {} end end)"}) {
    CAPTURE(greedy);
    const std::string text = world.with_test("\n" + greedy);
    CHECK_THAT(text, StartsWith("rules/shop.test.lua") && Contains("memory"));
    // The next file has a state of its own.
    CHECK_THAT(text, Contains("\nrules/z.test.lua:1: expected no hints"));
  }
}
