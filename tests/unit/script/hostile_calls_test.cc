// SPDX-License-Identifier: MIT
// Calls of the libraries that would take all time or memory elsewhere, because no debug hook runs inside C: each ends
// soon, and the state goes on.
#include <catch2/catch.hpp>

#include "unit/script/rules_world.h"
#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// Far beyond any limit, also of a slow build on a busy machine: what does not end by one goes on for ever, or nearly
/// so.
constexpr auto soon = 120s;

}  // namespace

TEST_CASE("formats of any width are refused or short", "[script][hostile]") {
  ScriptWorld world;
  for (const std::string format : {"%99999999s", "%.99999999s", "%99999999d", "%.99999999f", "%099999999d", "%-999s"}) {
    CAPTURE(format);
    CHECK_THAT(world.error("return string.format('" + format + "', 1)"), Contains("invalid"));
  }
  CHECK(world.number("return #string.format('%99.99f', 1e308)") == 409);
}

TEST_CASE("huge strings end by the memory limit, and soon", "[script][hostile]") {
  ScriptWorld world;
  for (const std::string attempt : {
           "return ('x'):rep(1e9)",
           "return ('x'):rep(1e308)",
           "return ('x'):rep(math.huge)",
           "return (''):rep(1e9, 'x')",
           "return ('x'):rep(6e7) .. ('y'):rep(6e7)",
           "return string.format('%s%s%s%s', ('x'):rep(3e7), ('x'):rep(3e7), ('x'):rep(3e7), ('x'):rep(3e7))",
           "local t = {} for i = 1, 1000 do t[i] = ('x'):rep(1e6) end return table.concat(t)",
           "local s = ('x'):rep(1e6) local t = {} for i = 1, 100 do t[i] = s end return table.concat(t, s)",
           "return (('x'):rep(1e5):gsub('', ('y'):rep(1e5)))",
           "return (('x'):rep(1e5):gsub('x', function() return ('y'):rep(1e5) end))",
       }) {
    CAPTURE(attempt);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_THAT(world.error(attempt), Contains("memory"));
    CHECK(std::chrono::steady_clock::now() - begin < soon);
    CHECK(world.number("return 7") == 7);
  }
  CHECK(world.text("return ('x'):rep(0 / 0) .. (''):rep(1e9) .. ('x'):rep(-math.huge)").empty());
  CHECK(world.yes("return ('ab'):rep(3e5) == ('ab'):rep(1e5) .. ('ab'):rep(1e5) .. ('ab'):rep(1e5)"));
  CHECK(world.number("return #('ab'):rep(3e5, ', ')") == 3e5 * 4 - 2);
  CHECK(world.text("return ('ab'):rep(3e5, ', '):sub(-6)") == "ab, ab");
}

#ifndef __SANITIZE_THREAD__
TEST_CASE("loops in the libraries end by the time limit", "[script][hostile]") {
  ScriptWorld world;
  REQUIRE(world.state.finish_loading());
  for (const std::string attempt : {
           "table.insert({}, -2e9, 1)",
           "local t = {} for i = 1, 100 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end",
           "while true do local s = ('x'):rep(2e7) end",
           "while true do local s = ('x'):rep(1e6):upper():reverse():lower() end",
           "while true do pcall(string.find, ('a'):rep(8000), 'a-a-a-a-a-b') end",
           "while true do pcall(string.rep, 'x', 1e9) end",
           "while true do local ok = pcall(error, {}) end",
           "return string.format('%s', setmetatable({}, { __tostring = function() while true do end end }))",
           "return tostring(setmetatable({}, { __tostring = function() while true do end end }))",
           "for i = 1, math.huge do local s = tostring(i) .. i end",
           "local function wait() coroutine.yield() return wait() end local co = coroutine.wrap(wait) while true do "
           "co() "
           "end",
           "coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()",
           "while true do xpcall(function() error('x') end, function(why) return why:rep(100) end) end",
           "return select(-1, pcall(function() while true do end end)) and 'it went on'",
       }) {
    CAPTURE(attempt);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_THAT(world.error(attempt, 5ms), Contains("took more than 5 ms of CPU time"));
    CHECK(std::chrono::steady_clock::now() - begin < soon);
    CHECK(world.number("return 7") == 7);
  }
}

TEST_CASE("an attacker's path against an author's pattern is an error within the limit", "[script][hostile]") {
  RulesWorld world;
  const auto loaded = world.load_text(
      "rule { path = '/**', hints = function(req) return req.path:find('a-a-a-a-a-b') and style '/b.css' end }");
  const std::string path = "/" + std::string(8000, 'a');
  const auto begin = std::chrono::steady_clock::now();
  const std::string outcome = urls(run(loaded, Asked(path).request));
  CHECK_THAT(outcome, Contains("error: ") && (Contains("took more than 5 ms of CPU time") ||
                                              Contains("pattern took more than 1000000 steps")));
  CHECK(std::chrono::steady_clock::now() - begin < soon);
}

TEST_CASE("a pattern that a visitor sends ends by the limit, too", "[script][hostile]") {
  ScriptWorld world;
  REQUIRE(world.state.finish_loading());
  for (const std::string attempt : {
           // The end of a long set is looked for at each character.
           "return ('x'):rep(1e6):find('[x' .. ('a'):rep(1e6) .. ']y')",
           "return ('x'):rep(1e6):find('[^a' .. ('a'):rep(1e5) .. ']-y')",
           "return ('('):rep(1e6):find('%b()')",
           "return ('a'):rep(1e6):find('(.-)(.-)(.-)%1%2%3b')",
           "return ('a'):rep(1e5):gsub('.-b', '')",
           "return ('a'):rep(1e5):find(('a?'):rep(150) .. 'b')",
       }) {
    CAPTURE(attempt);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_THAT(world.error(attempt, 5ms), Contains("CPU time") || Contains("steps"));
    CHECK(std::chrono::steady_clock::now() - begin < soon);
  }
}
#endif

TEST_CASE("numbers beyond all ranges do no harm", "[script][hostile]") {
  ScriptWorld world;
  for (const std::string call : {
           "os.date('%Y', 1e300)",
           "os.date('*t', -1e300)",
           "os.date(('%c'):rep(1e5))",
           "os.time({ year = 1e300, month = 1, day = 1 })",
           "os.time({})",
           "math.random(0)",
           "math.random(1, 1e300)",
           "math.random(2, 1)",
           "math.ldexp(1, 1e300)",
           "('x'):byte(1e300)",
           "('x'):sub(-1e300, 1e300)",
           "('x'):byte(1, -1)",
           "('x'):rep(3e7):byte(1, -1)",
           "string.char(1e300)",
           "string.char(-1)",
           "tonumber(('9'):rep(1e6))",
           "tonumber(('z'):rep(1e6), 36)",
           "unpack({}, -2^31, 2^31 - 1)",
           "unpack({}, 1, 2^53)",
           "select(1e300)",
           "select(-1)",
           "select(-2^31, 1)",
           "table.concat({}, '', 1, 2^31 - 1)",
           "table.concat({}, '', -2^31, 2^31 - 1)",
           "table.remove({}, 2^31 - 1)",
           "table.insert({}, 2^31 - 1, 1)",
           "('x'):find('x', -1e300)",
           "('x'):gsub('', '', 1e300)",
           "bit.lshift(1, 1e300)",
           "bit.tohex(1, 1e300)",
           "ipairs({})(({}), 2^31 - 1)",
           "next({}, 1)",
           "rawget({}, 0 / 0)",
           "coroutine.wrap(print)(1)",
       }) {
    CAPTURE(call);
    const auto begin = std::chrono::steady_clock::now();
    (void)world.error("return (" + call + ")");
    CHECK(std::chrono::steady_clock::now() - begin < soon);
    CHECK(world.number("return 7") == 7);
  }
}
