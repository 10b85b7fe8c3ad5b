// SPDX-License-Identifier: MIT
// Loading whole sets of rule files: which files, in which order, for which sites, and everything that is wrong at once.
#include <algorithm>
#include <catch2/catch.hpp>

#include "script/moment.h"
#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

std::string names(const push::RuleSet& set) {
  std::string text;
  for (const auto& rule : set.rules()) text += (text.empty() ? "" : " ") + rule.name;
  return text;
}

std::string named_rule(const std::string& name) {
  return "rule { name = \"" + name + "\", hints = {} }\n";
}

}  // namespace

TEST_CASE("files come by name, rules by line", "[script][rules]") {
  RulesWorld world;
  world.write("rules/b.lua", named_rule("b1") + named_rule("b2"));
  world.write("rules/a.lua", named_rule("a1"));
  world.write("rules/Z.lua", named_rule("z1"));
  world.write("rules/10.lua", named_rule("ten"));
  world.write("rules/a.test.lua", "-- no rules here");
  world.write("rules/notes.txt", "nor this");
  world.write("rules/lib/x.lua", named_rule("never"));
  CHECK(names(*world.load().sets[0]) == "ten z1 a1 b1 b2");
}

TEST_CASE("lib and tests match no glob, and a file stands in a set once", "[script][rules]") {
  RulesWorld world;
  world.write("rules/one/a.lua", named_rule("a"));
  world.write("rules/lib/b.lua", named_rule("b"));
  world.write("rules/one/c.test.lua", "-- no rules here");
  world.options.sets[0].globs = {(world.root / "rules/*/*.lua").string(), (world.root / "rules/one/a.lua").string()};
  CHECK(names(*world.load().sets[0]) == "a");
}

TEST_CASE("a file that two sites name is loaded for each", "[script][rules]") {
  RulesWorld world;
  world.options.sets.push_back({"shop.example", {(world.root / "rules/a.lua").string()}, {"config.lua", 9}});
  world.options.sets.push_back({"empty.example", {(world.root / "rules/*.none").string()}, {"config.lua", 11}});
  world.options.sets.push_back({"bare.example", {}, {"config.lua", 12}});
  world.write("rules/a.lua", named_rule("a"));
  world.write("rules/b.lua", named_rule("b"));
  const auto loaded = world.load(2);
  REQUIRE(loaded.sets.size() == 4);
  CHECK(names(*loaded.sets[0]) == "a b");
  CHECK(names(*loaded.sets[1]) == "a");
  CHECK(loaded.sets[2] == nullptr);
  CHECK(loaded.sets[3] == nullptr);
  CHECK(loaded.functions.size() == 2);
  CHECK(world.snapshot->digest().size() == 64);
  CHECK(world.snapshot->files().size() == 2);
}

TEST_CASE("the digest follows what was read", "[script][rules]") {
  RulesWorld world;
  world.write("rules/a.lua", "local m = require \"m\"\n" + named_rule("a"));
  world.write("rules/lib/m.lua", "return { 1 }");
  world.load();
  const std::string first = world.snapshot->digest();
  world.load(3);
  CHECK(world.snapshot->digest() == first);
  const auto files = world.snapshot->files();
  CHECK(std::count(files.begin(), files.end(), world.root / "rules/lib/m.lua") == 1);
  world.write("rules/lib/m.lua", "return { 2 }");
  world.load();
  CHECK(world.snapshot->digest() != first);
}

TEST_CASE("modules may build rules and hints", "[script][rules]") {
  RulesWorld world;
  world.write("rules/lib/pages.lua", "return function(path, url)\n  rule { path = path, hints = { style(url) } }\nend");
  world.write("rules/a.lua", "local page = require \"pages\"\npage(\"/a\", \"/a.css\")\npage(\"/b\", \"/b.css\")");
  const auto loaded = world.load(2);
  // A rule is where its rule file asks for it.
  CHECK(names(*loaded.sets[0]) == "a.lua:2 a.lua:3");
  CHECK(urls(run(loaded, Asked("/b").request)) == "/b.css");
}

TEST_CASE("rules may come from data", "[script][rules]") {
  RulesWorld world;
  world.write("rules/pages.json", R"({"/a": ["/a.css", "/a.js"], "/b": ["/b.css"]})");
  world.write(
      "rules/a.lua",
      "local pages = data \"pages.json\"\nlocal paths = {}\nfor path in pairs(pages) do paths[#paths + 1] = path end\n"
      "table.sort(paths)\nfor _, path in ipairs(paths) do rule { name = path, path = path, hints = pages[path] } end");
  const auto loaded = world.load(2);
  CHECK(names(*loaded.sets[0]) == "/a /b");
  CHECK(urls(run(loaded, Asked("/a").request)) == "/a.css /a.js");
}

TEST_CASE("everything that is wrong in all files is reported at once", "[script][rules][errors]") {
  RulesWorld world;
  world.write("rules/a.lua",
              "rule { name = \"a\", hint = {}, hints = {}, final = 1 }\nrule { name = \"b\", share = 7, hints = {} }");
  world.write("rules/b.lua", "rule { name = \"c\",\n  hints = {\n");
  world.write("rules/c.lua", "rule { name = \"d\", pth = \"/\", hints = {} }\nlocal x = nil + 1\nrule { hint = {} }");
  world.write("rules/d.lua", named_rule("fine"));
  const std::string text = world.problems();
  INFO(text);
  CHECK(text.find("rules/a.lua:1: rule \"a\": unknown key \"hint\"; did you mean \"hints\"?\n") != text.npos);
  CHECK(text.find("rules/a.lua:1: rule \"a\": final: expected true or false, found a number (1)\n") != text.npos);
  CHECK(text.find("rules/a.lua:2: rule \"b\": share: ") != text.npos);
  CHECK(text.find("rules/b.lua:3: ") != text.npos);
  CHECK(text.find("rules/c.lua:1: rule \"d\": unknown key \"pth\"; did you mean \"path\"?\n") != text.npos);
  CHECK(text.find("rules/c.lua:2: attempt to perform arithmetic on a nil value") != text.npos);
  CHECK(text.find("rules/c.lua:3") == text.npos);
  CHECK(text.find("rules/d.lua") == text.npos);
}

TEST_CASE("a problem of a file that two sites name is said once", "[script][rules][errors]") {
  RulesWorld world;
  world.options.sets.push_back(world.options.sets[0]);
  CHECK(world.problems_of("rule { name = \"a\", pth = 1, hints = {} }") ==
        "rules/a.lua:1: rule \"a\": unknown key \"pth\"; did you mean \"path\"?");
}

TEST_CASE("a name that two rules of a site have is an error with both places", "[script][rules][errors]") {
  RulesWorld world;
  world.write("rules/a.lua", named_rule("home"));
  world.write("rules/b.lua", "\n" + named_rule("home"));
  CHECK(world.problems() ==
        "rules/b.lua:2: rule \"home\": there is a rule of that name at rules/a.lua:1 already; names are unique within "
        "a site");
  // Another site may use it again.
  world.options.sets[0].globs = {(world.root / "rules/a.lua").string()};
  world.options.sets.push_back({"other", {(world.root / "rules/b.lua").string()}, {}});
  CHECK(world.problems().empty());
}

TEST_CASE("a missing directory or file is an error at the configuration's line", "[script][rules][errors]") {
  RulesWorld world;
  world.write("rules/a.lua", "rule { name = \"a\", pth = 1, hints = {} }");
  world.options.sets.push_back({"shop",
                                {(world.root / "ruels/*.lua").string(), (world.root / "rules/shop.lua").string()},
                                {(world.root / "config.lua").string(), 9}});
  CHECK(world.problems() ==
        "config.lua:9: rules \"ruels/*.lua\": cannot look in ruels: there is no such directory; create it, or correct "
        "the path\n"
        "config.lua:9: rules \"rules/shop.lua\": there is no such file\n"
        "rules/a.lua:1: rule \"a\": unknown key \"pth\"; did you mean \"path\"?");
}

TEST_CASE("messages name files beside the configuration as it was typed", "[script][rules][errors]") {
  RulesWorld world;
  world.write("rules/a.lua", "x = 1");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(world.root);
  world.options.sets[0].place = {"config.lua", 1};
  std::string text;
  try {
    world.load();
  } catch (const LoadError& error) {
    text = error.what();
  }
  std::filesystem::current_path(before);
  CHECK(text.starts_with("rules/a.lua:1: "));
}

TEST_CASE("api = 1 may head a file, another number may not", "[script][rules][errors]") {
  RulesWorld world;
  CHECK(world.problems_of("api = 1\n" + named_rule("a")).empty());
  CHECK(world.problems_of("api = 2\n").starts_with("rules/a.lua:1: this file wants api 2; this version speaks 1"));
  CHECK(
      world.problems_of("api = \"1\"\n").starts_with("rules/a.lua:1: api: expected a number, found a string (\"1\")"));
  CHECK(world.problems_of("other = 1\n").starts_with("rules/a.lua:1: "));
}

TEST_CASE("files that build other rules each time are refused", "[script][rules][errors]") {
  RulesWorld world;
  world.write("rules/a.lua", "rule { path = \"/\" .. tostring({}):gsub(\"[^%w]\", \"\"), hints = {} }");
  std::string text;
  try {
    world.load(4);
  } catch (const LoadError& error) {
    text = error.what();
  }
  INFO(text);
  CHECK(text.find("rules/a.lua:1: rule \"a.lua:1\": another worker's state built it differently") != text.npos);
}

TEST_CASE("loading has limits of its own", "[script][rules][errors]") {
  RulesWorld world;
  world.options.limits.load_cpu_time = std::chrono::milliseconds(60);
  world.write("rules/a.lua", named_rule("a") + "while true do end");
  world.write("rules/b.lua", named_rule("b"));
  const std::string text = world.problems();
  INFO(text);
  CHECK(text.find("rules/a.lua:2: took more than ") != text.npos);
  CHECK(text.find("rules/b.lua: not loaded: the files before it took all of the 60 ms") != text.npos);
}

TEST_CASE("a file that eats memory while it loads is an error", "[script][rules][errors]") {
  RulesWorld world;
  world.options.limits.memory_bytes = 4u << 20;
  const std::string text = world.problems_of("local t = {} for i = 1, 1e8 do t[i] = i .. \"x\" end");
  INFO(text);
  CHECK(text.find("memory") != text.npos);
}

TEST_CASE("moments", "[script][rules]") {
  const auto seconds = [](std::string_view text) {
    return std::chrono::duration_cast<std::chrono::seconds>(parse_moment(text)->time_since_epoch()).count();
  };
  CHECK(seconds("1970-01-01") == 0);
  CHECK(seconds("2024-02-29") == 1709164800);
  CHECK(seconds("2024-02-29Z") == 1709164800);
  CHECK(seconds("2026-11-27 08:00") == seconds("2026-11-27 08:00Z"));
  CHECK(seconds("2026-11-27 08:00:05Z") == seconds("2026-11-27") + 8 * 3600 + 5);
  for (const char* bad :
       {"", "2026", "2026-11", "2026-13-01", "2025-02-29", "2026-11-27T08:00", "2026-11-27 8:00", "2026-11-27 08",
        "2026-11-27 08:60", "2026-11-27 24:00", "2026-11-27 08:00ZZ", "2026-11-27 08:00+1"}) {
    INFO(bad);
    CHECK_FALSE(parse_moment(bad));
  }
}
