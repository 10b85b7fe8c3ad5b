// SPDX-License-Identifier: MIT
// Lines of keys, repeats, and which table belongs to which call.
#include "script/outline.h"

#include <catch2/catch.hpp>

#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;
using namespace std::chrono_literals;

TEST_CASE("keys have lines", "[script][outline]") {
  const Outline outline = Outline::parse(
      "-- a comment { with = 'braces' }\n"
      "return {\n"
      "  name = 'x', path = '/',\n"
      "  ['with space'] = 1,\n"
      "  [\"site\"] = {\n"
      "    deep = { 1, 2,\n"
      "      3 },\n"
      "  };\n"
      "  'item',\n"
      "  [5] = true,\n"
      "  f(1, { 2 }),\n"
      "}\n");
  const OutlineTable* table = outline.returned();
  REQUIRE(table != nullptr);
  CHECK(table->line == 2);
  CHECK(table->find("name")->line == 3);
  CHECK(table->find("path")->line == 3);
  CHECK(table->find("with space")->line == 4);
  REQUIRE(table->find("site")->table != nullptr);
  const OutlineTable* deep = table->find("site")->table->find("deep")->table;
  REQUIRE(deep != nullptr);
  CHECK(deep->line == 6);
  REQUIRE(deep->entries.size() == 3);
  CHECK(deep->find(3)->line == 7);
  CHECK(table->find(1)->line == 9);
  CHECK(table->find(5)->line == 10);
  CHECK(table->find(2)->line == 11);
  CHECK(table->find(2)->table == nullptr);
  CHECK(table->find("nothing") == nullptr);
}

TEST_CASE("repeats are found", "[script][outline]") {
  const Outline outline =
      Outline::parse("return { a = 1,\n b = 2,\n ['a'] = 3,\n 'x', [1] = 'y',\n c = { d = 1,\n d = 2 } }");
  const OutlineTable* table = outline.returned();
  REQUIRE(table != nullptr);
  REQUIRE(table->repeats.size() == 2);
  CHECK(table->repeats[0].key == "a");
  CHECK(table->repeats[0].first == 1);
  CHECK(table->repeats[0].again == 3);
  CHECK(table->repeats[1].key == "[1]");
  CHECK(table->find("a")->line == 3);
  REQUIRE(table->find("c")->table->repeats.size() == 1);
  CHECK(table->find("c")->table->repeats[0].again == 6);
}

TEST_CASE("functions in tables do not confuse", "[script][outline]") {
  const Outline outline = Outline::parse(
      "rule {\n"
      "  hints = function(req)\n"
      "    local a, b = 1, { x = 1 }\n"
      "    if a then return { style '/a', b } elseif b then a = 2; end\n"
      "    for i = 1, 2 do a = i end\n"
      "    while a do repeat a = nil until not a end\n"
      "    return { 1, 2 }\n"
      "  end,\n"
      "  name = 'after',\n"
      "  when = { cookie = 'x' },\n"
      "}\n");
  const OutlineTable* rule = outline.call_at(1, "rule");
  REQUIRE(rule != nullptr);
  REQUIRE(rule->entries.size() == 3);
  CHECK(rule->find("hints")->table == nullptr);
  CHECK(rule->find("name")->line == 9);
  CHECK(rule->find("when")->table->find("cookie")->line == 10);
}

TEST_CASE("calls are found by line, name and order", "[script][outline]") {
  const Outline outline = Outline::parse(
      "rule { name = 'a' } rule { name2 = 'b' }\n"
      "rule({\n"
      "  name3 = 'c',\n"
      "  hints = { style('/x', { priority = 'after' }), image('/y', {\n"
      "    nopush = true }) },\n"
      "})\n"
      "for i = 1, 3 do\n"
      "  rule { loop = i }\n"
      "end\n"
      "local t = {} rule(t)\n"
      "local function make() rule { inner = 1 } end\n"
      "x.rule { field = 1 }\n");
  CHECK(outline.call_at(1, "rule")->find("name") != nullptr);
  CHECK(outline.call_at(1, "rule", 1)->find("name2") != nullptr);
  CHECK(outline.call_at(1, "rule", 2) == nullptr);
  CHECK(outline.call_at(2, "rule")->find("name3")->line == 3);
  CHECK(outline.call_at(4, "style")->find("priority")->line == 4);
  CHECK(outline.call_at(4, "image")->find("nopush")->line == 5);
  CHECK(outline.call_at(8, "rule")->find("loop") != nullptr);
  CHECK(outline.call_at(10, "rule") == nullptr);
  CHECK(outline.call_at(11, "rule")->find("inner") != nullptr);
  CHECK(outline.call_at(3, "rule") == nullptr);
}

TEST_CASE("strings, numbers and comments of every kind", "[script][outline]") {
  const Outline outline = Outline::parse(
      "#!/usr/bin/lua\n"
      "--[==[ return { wrong = 1 }\n]] ]==]\n"
      "return {\n"
      "  a = \"quote \\\" } \\\n next\", b = '\\'}', -- }\n"
      "  ['\\97\\x62\\z\n   c'] = [[ long\n } ]], d = 0x1p-4, e = 1e-5, f = .5 .. '}', --[[ } ]] g = 1,\n"
      "}");
  const OutlineTable* table = outline.returned();
  REQUIRE(table != nullptr);
  CHECK(table->find("a")->line == 5);
  CHECK(table->find("b")->line == 6);
  CHECK(table->find("abc")->line == 7);
  CHECK(table->find("d")->line == 9);
  CHECK(table->find("f")->line == 9);
  CHECK(table->find("g")->line == 9);
  CHECK(table->entries.size() == 7);
}

TEST_CASE("only a constructor and nothing else is a value's table", "[script][outline]") {
  const Outline outline =
      Outline::parse("return { a = { 1 }, b = ({ 1 }), c = { 1 } == x, d = #{ 1 }, e = { { 2 } } }");
  CHECK(outline.returned()->find("a")->table != nullptr);
  CHECK(outline.returned()->find("b")->table == nullptr);
  CHECK(outline.returned()->find("c")->table == nullptr);
  CHECK(outline.returned()->find("d")->table == nullptr);
  CHECK(outline.returned()->find("e")->table->find(1)->table != nullptr);
}

TEST_CASE("what is returned otherwise has no outline", "[script][outline]") {
  CHECK(Outline::parse("local t = {} return t").returned() == nullptr);
  CHECK(Outline::parse("return f { a = 1 }").returned() == nullptr);
  CHECK(Outline::parse("local function f() return { a = 1 } end return f()").returned() == nullptr);
  CHECK(Outline::parse("if x then return { a = 1 } end").returned() == nullptr);
  CHECK(Outline::parse("return { a = 1 }, 2").returned() == nullptr);
  CHECK(Outline::parse("return { a = 1 };").returned() != nullptr);
  CHECK(Outline::parse("").returned() == nullptr);
}

TEST_CASE("strange code is survived", "[script][outline]") {
  const std::vector<std::string> strange = {"{",
                                            "}",
                                            "return {",
                                            "return { a = ",
                                            "rule {{{",
                                            "rule(",
                                            "rule({",
                                            ")))",
                                            "end end end",
                                            "function",
                                            "return { a = function }",
                                            "return { [",
                                            "return { [1",
                                            "return { [1] }",
                                            "'",
                                            "\"\\",
                                            "\"\\x",
                                            "\"\\z",
                                            "[[",
                                            "[==[",
                                            "--[[",
                                            "--",
                                            "\\",
                                            "return { 1 2 3 }",
                                            "return { = 1 }",
                                            "\xff\xfe",
                                            std::string("\0\0", 2),
                                            "return { a = 1, }}}",
                                            "[=",
                                            "0x",
                                            "1e+",
                                            "..",
                                            "return { end, b = 1 }"};
  for (const std::string& source : strange) {
    CAPTURE(source);
    CHECK_NOTHROW(Outline::parse(source));
  }
  CHECK_NOTHROW(Outline::parse("return " + std::string(100'000, '{')));
  CHECK_NOTHROW(Outline::parse(std::string(100'000, '(')));
  CHECK_NOTHROW(Outline::parse("return " + std::string(100'000, '[')));
}

TEST_CASE("every beginning of a file is survived", "[script][outline]") {
  const std::string source =
      "rule { name = 'x', [\"a b\"] = { 1, [2] = 3 }, hints = function(req) return { style('/a', { x = 1 }) } end, -- "
      "c\n"
      "  n = 0x1p4 .. [==[ long ]==], } return { a = { b = {} } }";
  for (std::size_t length = 0; length <= source.size(); ++length)
    CHECK_NOTHROW(Outline::parse(source.substr(0, length)));
}

TEST_CASE("the line that Lua reports for a call leads to its table", "[script][outline]") {
  static Place called_at;
  ScriptWorld world;
  REQUIRE(world.state.run(1s, [&](lua_State* lua) {
    world.state.set_global(lua, "rule", [](State& state, lua_State* inner) {
      called_at = state.place(inner, 1);
      return 0;
    });
  }));
  const std::vector<std::string> sources = {
      "\n\nrule {\n  name = 'x',\n  path = '/',\n}\n",
      "\nrule({\n  name = 'x',\n})\n",
      "rule(\n{\n  name = 'x',\n})\n",
      "\nrule({ name = 'x',\n\n\n f = function()\n end })\n",
      "local x = 1 rule { name = 'x', y = x,\n z = x\n}",
  };
  for (const std::string& source : sources) {
    CAPTURE(source);
    REQUIRE(world.error(source).empty());
    const Outline outline = Outline::parse(source);
    REQUIRE(outline.call_at(called_at.line, "rule") != nullptr);
    CHECK(outline.call_at(called_at.line, "rule")->find("name") != nullptr);
  }
}
