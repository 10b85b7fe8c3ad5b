// SPDX-License-Identifier: MIT
// Ways out of the sandbox that are known from other programs with Lua inside: each must end in an error or in nothing,
// and the state must go on.
#include <catch2/catch.hpp>

#include "unit/script/rules_world.h"
#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;

namespace {

/// What an attempt comes to: its value as text, or "error: …" without the traceback.
std::string outcome(ScriptWorld& world, const std::string& source) {
  try {
    return world.run(source).describe();
  } catch (const std::runtime_error& failed) {
    const std::string message = failed.what();
    return "error: " + message.substr(0, message.find('\n'));
  }
}

}  // namespace

TEST_CASE("the metatable of strings cannot be had or changed", "[script][escape]") {
  ScriptWorld world;
  for (const std::string attempt : {
           "getmetatable('').__index = { upper = error }",
           "getmetatable('x').__add = function() end",
           "setmetatable('', { __index = {} })",
           "string.upper = nil",
           "(''):getmetatable().__index = nil",
           "local s = 'x' s.upper = 1",
           "local mt = getmetatable('') or error('none') mt.__index = {}",
       }) {
    CAPTURE(attempt);
    CHECK_THAT(outcome(world, attempt), Contains("error: rules/shop.lua:1: "));
    CHECK(world.text("return ('ok'):upper()") == "OK");
  }
}

TEST_CASE("no environment is within reach", "[script][escape]") {
  ScriptWorld world;
  for (const std::string attempt : {
           "return getfenv(0)",
           "return setfenv(1, {})",
           "setfenv(print, {})",
           "return _G.print",
           "_G = {}",
           "_ENV = {}",
           "return _G['string']",
           "return getmetatable(print).__index",
           "return package.loaded._G",
           "return debug.getregistry()",
           "return require('ffi').C",
           "return io.open('/etc/passwd')",
           "return os.getenv('HOME')",
           "module('x', package.seeall)",
       }) {
    CAPTURE(attempt);
    CHECK_THAT(outcome(world, attempt), Contains("error: rules/shop.lua:1: "));
  }
  CHECK(world.yes("return rawequal(string, string) and print ~= nil"));
}

TEST_CASE("nothing makes a function of text or of bytes", "[script][escape]") {
  ScriptWorld world;
  for (const std::string attempt : {
           "return load('return 1')",
           "return loadstring('return 1')",
           "return loadstring('\\27LJ\\2\\0')",
           "return loadfile('/etc/passwd')",
           "dofile('/dev/zero')",
           "return string.dump(function() end)",
           "return (''):dump()",
       }) {
    CAPTURE(attempt);
    CHECK_THAT(outcome(world, attempt), Contains("error: rules/shop.lua:1: "));
  }
}

TEST_CASE("no object has a finaliser of a script's", "[script][escape]") {
  ScriptWorld world;
  CHECK_THAT(outcome(world, "return newproxy(true)"), Contains("unknown global \"newproxy\""));
  // LuaJIT calls __gc for userdata alone, and scripts make none and reach no metatable of one.
  CHECK(world.number("local ran = 0\n"
                     "for i = 1, 1e5 do setmetatable({}, { __gc = function() ran = ran + 1 end }) end return ran") ==
        0);
  CHECK_THAT(outcome(world, "getmetatable(string).__gc = function() end"), Contains("error: "));
}

TEST_CASE("read-only tables take no metatable, and give none", "[script][escape]") {
  ScriptWorld world;
  for (const std::string table : {"string", "math", "table", "os", "coroutine", "bit"}) {
    for (const std::string attempt : {"setmetatable(#, {})", "setmetatable(#, nil)", "#.x = 1", "#[#] = 1", "#.x.y = 1",
                                      "table.insert(#, 1)", "table.sort(#)", "getmetatable(#).__newindex = nil",
                                      "rawset(#, 'x', 1)", "for k in pairs(#) do #[k] = nil end"}) {
      std::string source = attempt;
      for (auto at = source.find('#'); at != source.npos; at = source.find('#')) source.replace(at, 1, table);
      CAPTURE(source);
      CHECK_THAT(outcome(world, source), Contains("error: rules/shop.lua:1: "));
    }
  }
  // A table that has one as its metatable does not open it, nor does one that stands in front of it.
  CHECK(world.text("local t = setmetatable({}, { __index = string }) t.upper = 1 return ('a'):upper()") == "A");
  CHECK(world.text(
            "local t = setmetatable({}, { __newindex = string }) return tostring(pcall(function() t.x = 1 end))") ==
        "false");
  CHECK(world.text("return tostring(pcall(setmetatable, setmetatable({}, { __metatable = 1 }), {}))") == "false");
}

TEST_CASE("what a rule is given cannot be changed or opened", "[script][escape]") {
  const std::vector<push::Field> fields{{"cookie", "a=1"}, {"accept", "*/*"}};
  const std::string attempt = GENERATE(values<std::string>({
      "req.path = '/x'",
      "req.headers.accept = 'x'",
      "setmetatable(req, {})",
      "setmetatable(req.headers, {})",
      "setmetatable(style '/a.css', {})",
      "setmetatable(req.client, nil)",
      "getmetatable(req).__index = function() end",
      "table.insert(req.cookies, 1)",
      "table.sort(req.headers)",
      "local h = style '/a.css' h.url = '/b.css'",
      "rawset(req, 'path', '/x')",
      "req.client.address = '127.0.0.1'",
      "rule { name = 'more', path = '/', hints = {} }",
  }));
  INFO(attempt);
  CHECK_THAT(run_body(attempt, Asked("/", fields).request), Contains("error: "));
}

TEST_CASE("coroutines are no way around", "[script][escape]") {
  ScriptWorld world;
  CHECK_THAT(outcome(world, "coroutine.yield(1)"), Contains("error: "));
  CHECK_THAT(outcome(world, "('x'):gsub('x', coroutine.yield)"), Contains("error: "));
  CHECK_THAT(outcome(world, "return coroutine.wrap(function() return getfenv(0) end)()"), Contains("unknown global"));
  CHECK_THAT(outcome(world, "return coroutine.wrap(function() x = 1 end)()"), Contains("attempt to set global"));
  CHECK_THAT(outcome(world,
                     "local co co = coroutine.create(function() return coroutine.resume(co) end)\n"
                     "return select(3, coroutine.resume(co))"),
             Contains("cannot resume running coroutine"));
  CHECK_THAT(outcome(world, "table.sort({ 2, 1 }, coroutine.yield)"), Contains("error: "));
  CHECK_THAT(outcome(world, "local function deeper() return coroutine.wrap(deeper)() end return deeper()"),
             Contains("error: "));
  CHECK(world.number("return 7") == 7);
  // They still do what they are for.
  CHECK(world.text("local t = {} for a, b in coroutine.wrap(function(n) for i = 1, 3 do coroutine.yield(i, i * 2) end "
                   "end) do t[#t + 1] = a .. b end return table.concat(t, ',')") == "12,24,36");
  CHECK(world.text("local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) error('x' .. b, 0) end)\n"
                   "local _, first = coroutine.resume(co, 1) local fine, why = coroutine.resume(co, 2)\n"
                   "return first .. tostring(fine) .. why .. coroutine.status(co)") == "2falsex2dead");
}

TEST_CASE("nested coroutines do not take the process with them", "[script][escape]") {
  ScriptWorld world;
  for (const std::string attempt : {
           "local function deeper() return coroutine.wrap(deeper)() end return deeper()",
           "local function deeper() local ok, why = coroutine.resume(coroutine.create(deeper))\n"
           "if not ok then error(why, 0) end return 1 end return deeper()",
           "local all = {} for i = 1, 20000 do all[i] = coroutine.wrap(function() return all[i + 1]() end) end\n"
           "return all[1]()",
           // Each uses much of the stack by itself.
           "local function level()\n"
           "  local left, t = 300, nil\n"
           "  t = setmetatable({}, { __tostring = function()\n"
           "    left = left - 1\n"
           "    if left > 0 then return string.format('%s', t) .. '' end\n"
           "    return coroutine.wrap(level)() .. ''\n"
           "  end })\n"
           "  return tostring(t) .. ''\n"
           "end return level()",
           "local function deeper() return string.format('%s', setmetatable({}, { __tostring = deeper })) .. '' end\n"
           "return deeper()",
       }) {
    CAPTURE(attempt);
    CHECK_THAT(outcome(world, attempt), Contains("calls nest too deeply"));
    CHECK(world.number("return 7") == 7);
  }
  // So many are fine.
  CHECK(world.number("local function deeper(n) if n == 0 then return 5 end\n"
                     "return coroutine.wrap(function() return deeper(n - 1) end)() end return deeper(50)") == 5);
}

TEST_CASE("recursion through C ends in an error", "[script][escape]") {
  ScriptWorld world;
  for (const std::string attempt : {
           "local function f() return (('x'):gsub('x', f)) end return f()",
           "local function f() table.sort({ 2, 1 }, f) end f()",
           "local t = setmetatable({}, { __tostring = function(t) return tostring(t) .. 'x' end }) return tostring(t)",
           "local t = {} setmetatable(t, { __index = t }) return t.x",
           "local t = {} setmetatable(t, { __index = function(t, k) return t[k] end }) return t.x",
           "local t t = setmetatable({}, { __call = function() return t() + 1 end }) return t()",
           "local t = setmetatable({}, { __concat = function(a, b) return a .. b end }) return t .. 'x'",
           "local t = setmetatable({}, { __eq = function(a, b) return a == b end })\n"
           "return t == setmetatable({}, getmetatable(t))",
           "local function f() local ok, why = pcall(f) if not ok then error(why, 0) end return 1 + why end f()",
       }) {
    CAPTURE(attempt);
    CHECK_THAT(outcome(world, attempt), Contains("error: "));
    CHECK(world.number("return 7") == 7);
  }
}

TEST_CASE("nobody is handed the table behind a read-only one", "[script][escape]") {
  RulesWorld world;
  world.write("rules/d.json", R"({ "n": 1, "inner": { "n": 1 } })");
  const auto loaded = world.load_text(R"lua(
local plain = data "d.json"
local counts = {
  __index = function(self, key) self.n = (rawget(self, "n") or 0) + 1 return self.n end,
  __tostring = function(self) self.n = (rawget(self, "n") or 0) + 1 return "n" .. self.n end,
  __call = function(self) self.n = (rawget(self, "n") or 0) + 1 return self.n end,
}
local counter = setmetatable({}, counts)
local behind = setmetatable({}, { __index = counter })
local function add(t) t.n = (t.n or 0) + 1 return "/" .. t.n .. ".css" end
rule { path = "/plain", hints = function() return add(getmetatable(setmetatable({}, plain))) end }
rule { path = "/inner", hints = function() return add(getmetatable(setmetatable({}, plain.inner))) end }
rule { path = "/own", hints = function() return add(getmetatable(setmetatable({}, counts))) end }
rule { path = "/index", hints = function() return "/" .. counter.x .. ".css" end }
rule { path = "/chain", hints = function() return "/" .. behind.x .. ".css" end }
rule { path = "/tostring", hints = function() return "/" .. tostring(counter) .. ".css" end }
rule { path = "/format", hints = function() return ("/%s.css"):format(counter) end }
rule { path = "/gsub", hints = function() return (("/x.css"):gsub("x", counter)) end }
rule { path = "/call", hints = function() return "/" .. counter() .. ".css" end }
)lua");
  for (const std::string path :
       {"/plain", "/inner", "/own", "/index", "/chain", "/tostring", "/format", "/gsub", "/call"}) {
    CAPTURE(path);
    for (int round = 0; round < 3; ++round) {
      CHECK_THAT(urls(run(loaded, Asked(path).request)), Contains("cannot set \"n\": this table is read-only"));
    }
  }
}

TEST_CASE("read-only tables work as others do", "[script][escape]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"lua(
local base = setmetatable({ b = "b" }, { __index = function(self, key) return key .. rawget(self, "b") end })
local class = setmetatable({ a = "a" }, { __index = base, __tostring = function(self) return "-" .. self.a end })
local object = setmetatable({}, { __index = class })
rule { path = "/", hints = function()
  local own = setmetatable({}, { __index = class })
  return { "/" .. object.a .. object.b .. object.c .. own.a .. own.b .. own.d .. tostring(class) .. ".css" }
end }
rule { path = "/same", hints = function()
  local mine = setmetatable({}, class)
  return rawequal(getmetatable(mine), class) and getmetatable(class) == nil and "/same.css"
end }
)lua");
  CHECK(urls(run(loaded, Asked("/").request)) == "/abcbabdb-a.css");
  CHECK(urls(run(loaded, Asked("/same").request)) == "/same.css");
}

#ifndef __SANITIZE_THREAD__
TEST_CASE("long chains of read-only tables end soon", "[script][escape]") {
  RulesWorld world;
  world.options.limits.load_cpu_time = std::chrono::seconds(60);
  const auto loaded = world.load_text(R"lua(
local index, text = {}, { 1 }
for i = 1, 60000 do index = setmetatable({}, { __index = index }) end
for i = 1, 20000 do
  local inner = text
  text = setmetatable({}, { __tostring = function() return tostring(inner) .. "" end })
end
rule { path = "/index", hints = function() return index.x end }
rule { path = "/tostring", hints = function() return tostring(text) end }
rule { path = "/fine", hints = function() return style "/a.css" end }
)lua");
  CHECK_THAT(urls(run(loaded, Asked("/index").request)), Contains("leads on and on"));
  CHECK_THAT(urls(run(loaded, Asked("/tostring").request)),
             Contains("calls nest too deeply") || Contains("took more than"));
  CHECK(urls(run(loaded, Asked("/fine").request)) == "/a.css");
}
#endif

TEST_CASE("a read-only table that looks itself up ends in an error", "[script][escape]") {
  RulesWorld world;
  const auto loaded = world.load_text(
      "local t = {} setmetatable(t, { __index = t, __call = t })\n"
      "rule { path = '/index', hints = function() return t.x end }\n"
      "rule { path = '/call', hints = function() return t() end }\n"
      "rule { path = '/fine', hints = { style '/a.css' } }");
  CHECK_THAT(urls(run(loaded, Asked("/index").request)), Contains("error: "));
  CHECK_THAT(urls(run(loaded, Asked("/call").request)), Contains("error: "));
  CHECK(urls(run(loaded, Asked("/fine").request)) == "/a.css");
}
