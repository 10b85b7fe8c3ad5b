// SPDX-License-Identifier: MIT
// What scripts have, what they do not have, and that they cannot write what others read.
#include <catch2/catch.hpp>

#include "script/frozen.h"
#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("what leads out of the sandbox is not there", "[script][sandbox]") {
  ScriptWorld world;
  for (const std::string name :
       {"io", "debug", "ffi", "jit", "package", "module", "load", "loadstring", "loadfile", "dofile", "newproxy",
        "rawset", "getfenv", "setfenv", "collectgarbage", "gcinfo", "_G", "require"}) {
    CAPTURE(name);
    CHECK_THAT(world.error("return " + name), Contains("unknown global \"" + name + "\""));
  }
  for (const std::string field : {"os.execute", "os.exit", "os.getenv", "os.remove", "os.tmpname", "os.clock",
                                  "string.dump", "math.randomseed", "coroutine.isyieldable", "table.foreach"}) {
    CAPTURE(field);
    CHECK(world.text("return " + field) == "nothing");
  }
  CHECK(world.text("return getmetatable('')") == "nothing");
  CHECK(world.text("return getmetatable(string)") == "nothing");
  CHECK(world.text("return getmetatable(print)") == "nothing");
}

TEST_CASE("what a rule needs is there", "[script][sandbox]") {
  ScriptWorld world;
  CHECK(world.text("return table.concat({ 1, 2, 'x' }, '-')") == "1-2-x");
  CHECK(world.number("return math.floor(2.5) + bit.band(7, 5) + #os.date('%Y')") == 11);
  CHECK(world.yes("return os.difftime(os.time(), 0) > 0"));
  CHECK(world.text("return ('%s %d'):format('a', 1)") == "a 1");
  CHECK(world.number("return select('#', unpack({ 1, 2, 3 }))") == 3);
  CHECK(world.number("return (unpack({ 1, 2, 3 }, 2))") == 2);
  CHECK_THAT(world.error("return unpack({}, 1, 1e8)"), Contains("too many results"));
  CHECK(world.number("return tonumber('0x10')") == 16);
  CHECK(world.text("return type(nil) .. type(1) .. type('') .. type({}) .. type(type)") ==
        "nilnumberstringtablefunction");
  CHECK(world.error("print('only the log sees this', nil, {})").empty());
  CHECK(world.number("local n = 0 for k, v in pairs({ a = 1, b = 2 }) do n = n + v end return n") == 3);
  CHECK(world.number("local n = 0 for i, v in ipairs({ 4, 5 }) do n = n + i * v end return n") == 14);
  CHECK(
      world.number(
          "local co = coroutine.wrap(function(a) local b = coroutine.yield(a) return b * 2 end) co(1) return co(4)") ==
      8);
}

TEST_CASE("globals are neither made nor changed", "[script][sandbox]") {
  ScriptWorld world;
  CHECK(world.error("\ncount = 1") == "rules/shop.lua:2: attempt to set global \"count\"; write \"local count\"");
  CHECK_THAT(world.error("string = nil"), Contains("attempt to set global \"string\""));
  CHECK_THAT(world.error("function helper() end"), Contains("write \"local helper\""));
  CHECK_THAT(world.error("return pirs({})"), Contains("unknown global \"pirs\"; did you mean \"pairs\"?"));
}

TEST_CASE("an allowed assignment calls its function", "[script][sandbox]") {
  ScriptWorld world;
  static std::string seen;
  REQUIRE(world.state.run(1s, [&](lua_State* lua) {
    world.state.on_assign(lua, "api", [](State&, lua_State* inner) {
      seen = State::describe(inner, 1);
      if (seen != "a number (1)") throw ScriptError("this file wants another api");
      return 0;
    });
  }));
  CHECK(world.error("api = 1").empty());
  CHECK(seen == "a number (1)");
  CHECK_THAT(world.error("api = 2"), Contains("rules/shop.lua:1: this file wants another api"));
}

TEST_CASE("libraries are read-only and look like tables", "[script][sandbox]") {
  ScriptWorld world;
  CHECK_THAT(world.error("string.shout = 1"), Contains("cannot set \"shout\": this table is read-only"));
  CHECK_THAT(world.error("math[1] = 1"), Contains("cannot set [1]"));
  CHECK_THAT(world.error("setmetatable(string, {})"), Contains("read-only"));
  CHECK(world.text("return type(string)") == "table");
  CHECK(world.yes("local found for name in pairs(table) do found = found or name == 'sort' end return found"));
}

TEST_CASE("frozen tables read like tables and cannot be written", "[script][sandbox]") {
  ScriptWorld world;
  State& state = world.state;
  REQUIRE(state.load(state.lua(), "return { 10, 20, 30, inner = { 'a', 'b' } }", "t.lua"));
  REQUIRE(state.call(0, 1, 1s));
  const int table = state.ref(state.lua());
  REQUIRE(state.run(1s, [&](lua_State* lua) {
    State::push_ref(lua, table);
    Frozen::freeze(lua, -1);
    if (!Frozen::is_frozen(lua, -1)) throw ScriptError("not frozen");
    state.set_global(lua, "t");
  }));
  CHECK(world.number("return #t") == 3);
  CHECK(world.number("return t[2]") == 20);
  CHECK(world.number("return rawget(t, 3)") == 30);
  CHECK(world.text("return t.inner[2]") == "b");
  CHECK(world.text("return t.nothing") == "nothing");
  CHECK(world.text("return type(t) .. type(t.inner)") == "tabletable");
  CHECK(world.number("local n = 0 for i, v in ipairs(t) do n = n + v end return n") == 60);
  CHECK(world.number("local n = 0 for k, v in pairs(t) do n = n + 1 end return n") == 4);
  CHECK(world.number("local n, k = 0 repeat k = next(t, k) if k then n = n + 1 end until not k return n") == 4);
  CHECK(world.number("return select('#', unpack(t))") == 3);
  CHECK(world.text("return table.concat(t.inner, '+')") == "a+b");
  CHECK(world.text("return (('x'):gsub('x', t))") == "x");
  CHECK(world.yes("return t.inner == t.inner"));
  CHECK_THAT(world.error("t.x = 1"), Contains("read-only"));
  CHECK_THAT(world.error("t[1] = 1"), Contains("read-only"));
  CHECK_THAT(world.error("t.inner[1] = 1"), Contains("read-only"));
  CHECK_THAT(world.error("table.insert(t, 1)"), Contains("cannot insert into this table"));
  CHECK_THAT(world.error("table.remove(t)"), Contains("cannot remove from"));
  CHECK_THAT(world.error("table.sort(t)"), Contains("cannot sort"));
  CHECK(world.text("return getmetatable(t)") == "nothing");
}

namespace {

/// Keeps the function that `source` returns, ends the loading, and calls it; its result.
std::string serve(ScriptWorld& world, const std::string& source, int times = 1) {
  State& state = world.state;
  REQUIRE(state.load(state.lua(), source, "rules/shop.lua"));
  REQUIRE(state.call(0, 1, 1s));
  const int function = state.ref(state.lua());
  const auto finished = state.finish_loading();
  REQUIRE(finished);
  std::string last;
  for (int i = 0; i < times; ++i) {
    State::push_ref(state.lua(), function);
    const auto result = state.call(0, 1, 1s);
    last = result ? State::describe(state.lua(), -1) : result.error().message;
  }
  return last;
}

}  // namespace

TEST_CASE("tables in local variables are read-only once loading has ended", "[script][sandbox]") {
  ScriptWorld world;
  SECTION("a list") {
    CHECK_THAT(serve(world, "local seen = {}\nreturn function() seen[#seen + 1] = 1 end"),
               Contains("rules/shop.lua:2: cannot set [1]: this table is read-only"));
  }
  SECTION("inside a table, behind another function") {
    CHECK_THAT(serve(world,
                     "local a = { b = {} }\nlocal function add() a.b.c = 1 end\nlocal t = { add = add }\n"
                     "return function() t.add() end"),
               Contains("read-only"));
  }
  SECTION("in a metatable") {
    CHECK_THAT(serve(world,
                     "local Class = { count = {} }\nClass.__index = Class\n"
                     "return function() local o = setmetatable({}, Class) o.count.x = 1 end"),
               Contains("read-only"));
  }
  SECTION("reading still works, classes too") {
    CHECK(serve(world,
                "local Class = {}\nClass.__index = Class\nfunction Class:name() return self.text end\n"
                "local one = setmetatable({ text = 'kept' }, Class)\n"
                "return function() local other = setmetatable({ text = '+' }, Class)\n"
                "return one:name() .. other:name() .. tostring(getmetatable(other) == Class) end") ==
          "a string (\"kept+true\")");
  }
  SECTION("a table that calls") {
    CHECK(serve(world,
                "local f = setmetatable({}, { __call = function(self, x) return x end })\n"
                "return function() return f('called') end") == "a string (\"called\")");
  }
  SECTION("tables that contain themselves") {
    CHECK(serve(world,
                "local t = {} t.t = t t.f = function() return t end\nreturn function() return t.t.f().t == t end") ==
          "true");
  }
  SECTION("own tables stay writable") {
    CHECK(serve(world, "return function() local t = {} t[1] = 1 table.insert(t, 2) return #t end", 3) ==
          "a number (2)");
  }
}

TEST_CASE("a frozen chain of any length does no harm", "[script][sandbox]") {
  ScriptWorld world;
  CHECK(
      serve(world,
            "local chain = {} for i = 1, 1e5 do chain = { chain } end\nreturn function() return type(chain[1]) end") ==
      "a string (\"table\")");
}

TEST_CASE("table.sort is stable and takes any comparison", "[script][sandbox]") {
  ScriptWorld world;
  CHECK(world.text("local t = { 3, 1, 2 } table.sort(t) return table.concat(t, ',')") == "1,2,3");
  CHECK(world.text("local t = { 'b3', 'a1', 'b1', 'a2' }\n"
                   "table.sort(t, function(x, y) return x:sub(1, 1) < y:sub(1, 1) end) return table.concat(t, ',')") ==
        "a1,a2,b3,b1");
  CHECK(world.number(
            "local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() return true end) return #t") ==
        1000);
  CHECK(world.text(
            "local t = {} for i = 1, 100 do t[i] = (i * 37) % 101 end table.sort(t, function(a, b) return a > b end)\n"
            "for i = 2, 100 do if t[i] > t[i - 1] then return 'wrong' end end return 'right'") == "right");
  CHECK_THAT(world.error("table.sort({ 1, 'x' })"), Contains("attempt to compare"));
}

TEST_CASE("table.insert and table.remove", "[script][sandbox]") {
  ScriptWorld world;
  CHECK(world.text("local t = { 1, 3 } table.insert(t, 2, 2) table.insert(t, 4) return table.concat(t, ',')") ==
        "1,2,3,4");
  CHECK(world.text("local t = { 1, 2, 3 } local r = table.remove(t, 1) return r .. ':' .. table.concat(t, ',')") ==
        "1:2,3");
  CHECK(world.text("return table.remove({})") == "nothing");
  CHECK_THAT(world.error("table.insert({})"), Contains("insert takes"));
  CHECK_THAT(world.error("table.concat({ 1, {} })"), Contains("item 2 is a table"));
}
