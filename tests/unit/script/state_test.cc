// SPDX-License-Identifier: MIT
// The doors between C++ and Lua, and what keeps a script from taking the process with it.
#include "script/state.h"

#include <catch2/catch.hpp>
#include <thread>

#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

int raise(State&, lua_State*) {
  throw ScriptError("expected a hint, found nothing");
}
int raise_standard(State&, lua_State*) {
  throw std::out_of_range("out of range");
}

struct Counted {
  static inline int alive = 0;
  Counted() { ++alive; }
  ~Counted() { --alive; }
};

int raise_with_local(State&, lua_State*) {
  const Counted counted;
  throw ScriptError("with a local");
}

void define(ScriptWorld& world, const char* name, State::Binding function) {
  REQUIRE(world.state.run(0ms, [&](lua_State* lua) { world.state.set_global(lua, name, function); }));
}

Limits small() {
  Limits limits;
  limits.memory_bytes = 4u << 20;
  return limits;
}

}  // namespace

TEST_CASE("a script's value comes back", "[script][state]") {
  ScriptWorld world;
  CHECK(world.number("return 1 + 1") == 2);
  CHECK(world.text("return 'a' .. 'b'") == "ab");
}

TEST_CASE("errors name file and line first, then who called whom", "[script][state]") {
  ScriptWorld world;
  CHECK(world.error("error('boo')") == "rules/shop.lua:1: boo");
  CHECK(world.error("local function inner() error('deep') end\nlocal function outer() inner() end\nouter()") ==
        "rules/shop.lua:1: deep\n"
        "  rules/shop.lua:1: in function 'inner'\n"
        "  rules/shop.lua:2: in function 'outer'\n"
        "  rules/shop.lua:3: in the file itself");
  CHECK(world.error("\nerror('no place', 0)") == "rules/shop.lua:2: no place");
  CHECK(world.error("error({})") == "rules/shop.lua:1: error raised with a table");
  CHECK(world.error("error()") == "rules/shop.lua:1: error raised with nothing");
  CHECK(world.error("error(setmetatable({}, { __tostring = function() return 'an object' end }))") ==
        "rules/shop.lua:1: an object");
  CHECK(world.error("local t\nreturn t.x") == "rules/shop.lua:2: attempt to index local 't' (a nil value)");
  CHECK_THAT(world.error("return 1 +"), StartsWith("rules/shop.lua:1: unexpected symbol near"));
}

TEST_CASE("long file names are shown whole", "[script][state]") {
  ScriptWorld world;
  const std::string name = "rules/" + std::string(80, 'x') + "/shop.lua";
  State& state = world.state;
  REQUIRE(state.load(state.lua(), "\nerror('boo')", name));
  CHECK(state.call(0, 0, 1s).error().message == name + ":2: boo");
  CHECK_THAT(state.load(state.lua(), "\n\nreturn 1 +", name).error().message, StartsWith(name + ":3: "));
}

TEST_CASE("compiled Lua is refused", "[script][state]") {
  ScriptWorld world;
  CHECK(world.error("\x1bLJ\x02") == "rules/shop.lua: this is compiled Lua; only Lua text is accepted");
  CHECK_THAT(world.error("#!lua\n\x1bLJ\x02"), StartsWith("rules/shop.lua: "));
  CHECK(world.number("#!/usr/bin/lua\nreturn 5") == 5);
}

TEST_CASE("exceptions of bindings become Lua errors, and destructors run", "[script][state]") {
  ScriptWorld world;
  define(world, "raise", raise);
  define(world, "raise_standard", raise_standard);
  define(world, "raise_with_local", raise_with_local);
  CHECK(world.error("\nraise()") == "rules/shop.lua:2: expected a hint, found nothing");
  CHECK(world.error("raise_standard()") == "rules/shop.lua:1: out of range");
  CHECK(world.text("local ok, what = pcall(raise_with_local) return what") == "rules/shop.lua:1: with a local");
  CHECK(Counted::alive == 0);
}

TEST_CASE("run() has a stack of its own and passes errors on", "[script][state]") {
  ScriptWorld world;
  const auto result = world.state.run(1s, [](lua_State*) { throw ScriptError("from the body", 0); });
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "from the body");
  int calls = 0;
  REQUIRE(world.state.run(1s, [&](lua_State*) { ++calls; }));
  CHECK(calls == 1);
}

TEST_CASE("refs keep values", "[script][state]") {
  ScriptWorld world;
  State& state = world.state;
  REQUIRE(state.load(state.lua(), "return function() return 'kept' end", "a.lua"));
  REQUIRE(state.call(0, 1, 1s));
  const int function = state.ref(state.lua());
  REQUIRE(state.finish_loading());
  State::push_ref(state.lua(), function);
  REQUIRE(state.call(0, 1, 1s));
  CHECK(State::describe(state.lua(), -1) == "a string (\"kept\")");
  state.unref(state.lua(), function);
}

// ThreadSanitizer holds signals back until the thread next calls a function that it intercepts; a loop in Lua calls
// none.
#ifndef __SANITIZE_THREAD__
TEST_CASE("nothing a script does outlives its CPU limit", "[script][state][limits]") {
  ScriptWorld world;
  const std::vector<std::string> loops = {
      "while true do end",
      "while true do pcall(error) end",
      "while true do pcall(function() while true do end end) end",
      "while true do xpcall(error, function() while true do end end) end",
      "local next_one = coroutine.wrap(function() while true do coroutine.yield() end end) while true do next_one() "
      "end",
      "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
      "table.sort({ 3, 2, 1 }, function() while true do end end)",
      "local t = {} for i = 1, 2e5 do t[i] = -i end while true do table.sort(t) end",
      "string.gsub('x', 'x', function() while true do end end)",
      "while true do string.rep('x', 10000) end",
      "setmetatable({}, { __index = function() while true do end end }).x = setmetatable({}, { __index = function() "
      "while "
      "true do end end }).x",
      "local function again() pcall(again) return again() end again()",
      "while true do setmetatable({}, { __gc = function() while true do end end }) end",
      "while true do tostring(setmetatable({}, { __tostring = function() return 'x' end })) end",
      "repeat local ok = pcall(string.rep, 'x', -1) until not ok",
  };
  for (const std::string& loop : loops) {
    CAPTURE(loop);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_THAT(world.error(loop, 5ms), Contains("took more than 5 ms of CPU time"));
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
    CHECK(world.number("return 7") == 7);
  }
}

TEST_CASE("a call that ran out of time does not end the next one", "[script][state][limits]") {
  ScriptWorld world;
  for (int i = 0; i < 10; ++i) {
    REQUIRE_FALSE(world.error("while true do end", 2ms).empty());
    REQUIRE(world.number("local n = 0 for i = 1, 1000 do n = n + 1 end return n") == 1000);
  }
}

TEST_CASE("time that is not used is not counted", "[script][state][limits]") {
  ScriptWorld world;
  define(world, "nap", [](State&, lua_State*) {
    std::this_thread::sleep_for(60ms);
    return 0;
  });
  CHECK(world.error("nap()", 10ms).empty());
}

TEST_CASE("a limit follows the state to another thread", "[script][state][limits]") {
  ScriptWorld world;
  CHECK(world.number("return 1") == 1);
  for (int i = 0; i < 3; ++i) {
    std::string message;
    std::thread([&] { message = world.error("while true do end", 5ms); }).join();
    CHECK_THAT(message, Contains("took more than 5 ms"));
  }
}

TEST_CASE("two states on one thread each have their limit", "[script][state][limits]") {
  static ScriptWorld* inner = nullptr;
  ScriptWorld outer, other;
  inner = &other;
  define(outer, "inner", [](State&, lua_State*) {
    if (inner->error("for i = 1, 1e6 do end", 1s) != "") throw ScriptError("the inner state failed");
    return 0;
  });
  CHECK_THAT(outer.error("while true do inner() end", 20ms), Contains("took more than 20 ms"));
}

#endif

TEST_CASE("with the JIT the memory limit holds and files still load under theirs", "[script][state][limits]") {
  Watchdog watchdog;
  State state(small(), &watchdog, true);
  REQUIRE(state.load(state.lua(), "return function() local t = {} for i = 1, 1e9 do t[i] = { i } end end", "a.lua"));
  REQUIRE(state.call(0, 1, 1s));
  const int function = state.ref(state.lua());
  REQUIRE(state.finish_loading());
  for (int i = 0; i < 3; ++i) {
    State::push_ref(state.lua(), function);
    const auto result = state.call(0, 0, 10s);
    REQUIRE_FALSE(result);
    CHECK_THAT(result.error().message, Contains("memory"));
  }
}

TEST_CASE("memory is capped, with a place to name", "[script][state][limits]") {
  ScriptWorld world(small());
  CHECK(world.error("local t = {}\nwhile true do t[#t + 1] = {} end") ==
        "rules/shop.lua:2: used more than the 4 MiB of memory that a Lua state may have");
  CHECK_THAT(world.error("local s = 'x' while true do s = s .. s end"), Contains("memory"));
  CHECK_THAT(world.error("return ('x'):rep(1e9)"), Contains("not enough memory"));
  CHECK_THAT(world.error("return ('x'):rep(3e6) .. ('y'):rep(3e6)"), Contains("not enough memory"));
  CHECK_THAT(world.error("return ('x'):rep(1e5):gsub('x', ('y'):rep(1e5))"), Contains("not enough memory"));
  CHECK_THAT(world.error("local t = {} for i = 1, 1000 do t[i] = ('x'):rep(1e5) end return table.concat(t)"),
             Contains("memory"));
  CHECK(world.number("return 7") == 7);
  CHECK(world.state.memory_used() < (4u << 20));
}

TEST_CASE("memory that ran out comes back, also while the collector itself needs some", "[script][state][limits]") {
  Limits limits;
  limits.memory_bytes = 16u << 20;
  ScriptWorld world(limits);
  // Lua's table of strings has grown, and is made smaller by half in each collection, which takes memory first.
  CHECK(world.error("local s = {} for i = 1, 1.4e5 do s[i] = i .. 'x' end").empty());
  for (int i = 0; i < 3; ++i) {
    CHECK(world.error("local t = {} for i = 1, 1e9 do t[i] = { i } end") ==
          "rules/shop.lua:1: used more than the 16 MiB of memory that a Lua state may have");
    CHECK(world.number("return 7") == 7);
  }
}

TEST_CASE("garbage is no reason to fail", "[script][state][limits]") {
  ScriptWorld world(small());
  // Two thirds of the memory are live, so Lua's own collector would wait until there is twice as much.
  CHECK(world.number("local live = {} for i = 1, 26 do live[i] = ('x'):rep(1e5) .. i end\n"
                     "local n = 0 for i = 1, 3e5 do n = #{ i, i } + n end return n") == 6e5);
}

TEST_CASE("a state needs some memory to begin with", "[script][state][limits]") {
  Limits limits;
  limits.memory_bytes = 10'000;
  CHECK_THROWS_AS(std::make_unique<State>(limits, nullptr), LoadError);
}

TEST_CASE("endless recursion is an error", "[script][state][limits]") {
  ScriptWorld world;
  CHECK_THAT(world.error("local function f() return 1 + f() end return f()"), Contains("stack overflow"));
  CHECK(world.number("return 7") == 7);
}

TEST_CASE("problem_from() finds the place", "[script][state]") {
  const auto problem = problem_from({"rules/shop.lua:12: boo: 3: x\n  rules/shop.lua:1: in"}, {"x", 1});
  CHECK(problem.place.text() == "rules/shop.lua:12");
  CHECK(problem.message == "boo: 3: x\n  rules/shop.lua:1: in");
  CHECK(problem_from({"C:/rules/shop.lua:12: boo"}, {}).place.file == "C:/rules/shop.lua");
  CHECK(problem_from({"not enough memory"}, {"rules/a.lua", 3}).text() == "rules/a.lua:3: not enough memory");
  CHECK(problem_from({"rules/a.lua: does not exist"}, {"rules/a.lua", 0}).text() == "rules/a.lua: does not exist");
}

TEST_CASE("a deadline ends calls that are within their CPU limit", "[script][state]") {
  ScriptWorld world;
  const auto begun = std::chrono::steady_clock::now();
  world.state.set_deadline(begun + std::chrono::milliseconds(50));
  CHECK_FALSE(world.error("while true do end").empty());
  const auto took = std::chrono::steady_clock::now() - begun;
  CHECK(took >= std::chrono::milliseconds(50));
  CHECK(took < std::chrono::seconds(5));
  // It is over for later calls, too, and a deadline can be moved.
  CHECK_FALSE(world.error("while true do end").empty());
  world.state.set_deadline(begun + std::chrono::hours(1));
  CHECK(world.number("return 5") == 5);
}
