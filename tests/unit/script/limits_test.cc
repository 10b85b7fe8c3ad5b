// SPDX-License-Identifier: MIT
// A script whose call has passed a limit does nothing more, whatever it has prepared for an error: in requests and
// while files load.
#include <catch2/catch.hpp>

#include "unit/script/rules_world.h"
#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;

#ifndef __SANITIZE_THREAD__
namespace {

/// Ways to have code run when a limit has ended what ran before it, or in place of it. "#" never ends by itself,
/// "reached()" tells that the limit did not hold.
const std::vector<std::string>& after_the_limit() {
  static const std::vector<std::string> attempts{
      "xpcall(function() # end, function() # end)",
      "xpcall(function() # end, function() reached() end)",
      "xpcall(function() # end, function(why) return why .. tostring(reached()) end)",
      "while true do xpcall(function() # end, function() reached() # end) end",
      "xpcall(function() # end, reached) reached()",
      "xpcall(function() # end, function() pcall(function() reached() # end) reached() # end)",
      "xpcall(function() # end, function() coroutine.wrap(function() reached() # end)() end)",
      "xpcall(function() # end, function() xpcall(function() # end, function() reached() # end) end)",
      "xpcall(function() xpcall(function() # end, reached) reached() end, reached)",
      "xpcall(function() coroutine.wrap(function() # end)() end, function() reached() # end)",
      "coroutine.wrap(function() xpcall(function() # end, function() reached() # end) end)() reached()",
      "coroutine.resume(coroutine.create(function() xpcall(function() # end, reached) end)) reached()",
      "local co = coroutine.wrap(function() xpcall(coroutine.yield, reached) # end) co() pcall(co) reached()",
      "pcall(xpcall, function() # end, function() reached() # end) reached()",
      "xpcall(xpcall, reached, function() # end, reached) reached()",
      "xpcall(error, function() # end) reached()",
      "xpcall(error, function() pcall(function() # end) reached() end)",
      "xpcall(error, function() ('x'):gsub('x', function() # end) reached() end)",
      "xpcall(function() ('x'):gsub('x', function() # end) end, reached)",
      "('xx'):gsub('x', function() xpcall(function() # end, reached) reached() end)",
      "table.sort({ 2, 1 }, function() xpcall(function() # end, function() reached() # end) reached() end)",
      "xpcall(function() table.sort({ 2, 1 }, function() # end) end, reached)",
      "error(setmetatable({}, { __tostring = function() # end })) reached()",
      "error(setmetatable({}, { __tostring = function() pcall(function() # end) reached() # end }))",
      "error(setmetatable({}, { __tostring = function() xpcall(function() # end, reached) reached() end }))",
      "error(setmetatable({}, { __tostring = function() coroutine.wrap(function() # end)() reached() end }))",
      "pcall(error, setmetatable({}, { __tostring = reached })) #",
      "pcall(function() local t = setmetatable({}, { __index = function() # end }) return t.x end) reached()",
      "xpcall(function() return setmetatable({}, { __concat = function() # end }) .. 'x' end, reached)",
      "xpcall(function() return tostring(setmetatable({}, { __tostring = function() # end })) end, reached)",
      "xpcall(string.format, reached, '%s', setmetatable({}, { __tostring = function() # end })) reached()",
      "setmetatable({}, { __gc = reached }) xpcall(function() # end, reached)",
  };
  return attempts;
}

std::string with(std::string attempt, const std::string& what) {
  for (auto at = attempt.find('#'); at != attempt.npos; at = attempt.find('#')) attempt.replace(at, 1, what);
  return attempt;
}

const std::string loop = "while true do end";
const std::string eat = "local t = {} for i = 1, 1e9 do t[i] = { i } end";
const std::string endless = "local function reached() while true do end end\n";

}  // namespace

TEST_CASE("no script goes on behind a limit, whoever handles its error", "[script][escape][limits]") {
  static int reached = 0;
  Limits limits;
  limits.memory_bytes = 4u << 20;
  ScriptWorld world(limits);
  REQUIRE(world.state.run(std::chrono::milliseconds(0), [&](lua_State* lua) {
    world.state.set_global(lua, "reached", [](State&, lua_State*) {
      ++reached;
      return 0;
    });
  }));
  for (const std::string& attempt : after_the_limit()) {
    CAPTURE(attempt);
    reached = 0;
    CHECK_THAT(world.error(with(attempt, loop), std::chrono::milliseconds(5)),
               Contains("took more than 5 ms of CPU time"));
    CHECK_THAT(world.error(with(attempt, eat)), Contains("used more than the 4 MiB of memory"));
    CHECK(reached == 0);
    CHECK(world.number("return 7") == 7);
  }
}

TEST_CASE("no rule's function goes on behind a limit, whoever handles its error", "[script][escape][limits]") {
  RulesWorld world;
  std::string rules = endless + "rule { path = '/fine', hints = function() return style '/a.css' end }\n";
  std::size_t count = 0;
  for (const std::string& attempt : after_the_limit()) {
    rules += "rule { path = '/" + std::to_string(count++) + "', hints = function() " + with(attempt, loop) + " end }\n";
  }
  const auto loaded = world.load_text(rules);
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(after_the_limit()[i]);
    CHECK_THAT(urls(run(loaded, Asked("/" + std::to_string(i)).request)), Contains("took more than 5 ms of CPU time"));
    CHECK(urls(run(loaded, Asked("/fine").request)) == "/a.css");
  }
}

TEST_CASE("no rule file goes on behind a limit, whoever handles its error", "[script][escape][limits]") {
  RulesWorld world;
  world.options.limits.load_cpu_time = std::chrono::milliseconds(50);
  for (const std::string& attempt : after_the_limit()) {
    CAPTURE(attempt);
    CHECK_THAT(world.problems_of(endless + with(attempt, loop)), Contains("took more than 50 ms of CPU time"));
  }
}
#endif

TEST_CASE("xpcall is what it is elsewhere", "[script][escape][limits]") {
  ScriptWorld world;
  CHECK(world.text("return table.concat({ tostring(xpcall(function(a, b) return a end, error, 'x')),\n"
                   "select(2, xpcall(function(a, b) return a .. b, 'c' end, error, 'a', 'b')) }, ' ')") == "true ab c");
  CHECK(world.number("return select('#', xpcall(function() return nil, nil end, error))") == 3);
  CHECK(
      world.text("local fine, why, more = xpcall(function() error('x', 0) end, function(e) return e .. 'y', 'z' end)\n"
                 "return tostring(fine) .. why .. tostring(more)") == "falsexynil");
  CHECK(
      world.yes("local t = {} local fine, why = xpcall(error, function(e) return e end, t)\n"
                "return not fine and rawequal(t, why)"));
  // An error of the handler is what comes back.
  CHECK(world.text("return select(2, xpcall(error, function(e) error(e .. '!', 0) end, 'x'))") == "x!");
  CHECK(world.text("local co = coroutine.wrap(function() return select(2, xpcall(coroutine.yield, error, 'out')) end)\n"
                   "return co() .. co('back')") == "outback");
  // No place of its own is in a message.
  CHECK(world.error("\nxpcall(print)") == "rules/shop.lua:2: bad argument #2 to 'xpcall' (function expected, got nil)");
  CHECK(world.error("local function inner() error('deep') end\n"
                    "local function outer() xpcall(inner, function(why) error(why, 0) end) inner() end\nouter()") ==
        "rules/shop.lua:1: deep\n"
        "  rules/shop.lua:1: in function 'inner'\n"
        "  rules/shop.lua:2: in function 'outer'\n"
        "  rules/shop.lua:3: in the file itself");
}
