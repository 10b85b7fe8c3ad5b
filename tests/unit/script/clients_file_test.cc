// SPDX-License-Identifier: MIT
// The table of clients from Lua: the one that ships, and what is said of an operator's that is wrong.
#include "script/clients_file.h"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/load_error.h"
#include "script/sources.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::script;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using push::Abilities;
using push::Family;

namespace {

using Table = std::shared_ptr<const push::ClientTable>;

Table load(const std::string& source) {
  TemporaryFolder folder;
  SourceLog sources;
  return load_clients_file(folder.write("clients.lua", source), "clients.lua", sources);
}

std::vector<std::string> problems_of(const std::string& source) {
  std::vector<std::string> texts;
  try {
    load(source);
  } catch (const LoadError& error) {
    for (const Problem& problem : error.problems()) texts.push_back(problem.text());
  }
  return texts;
}

/// Of a source with one mistake.
std::string problem_of(const std::string& source) {
  const auto problems = problems_of(source);
  INFO(Catch::StringMaker<std::vector<std::string>>::convert(problems));
  REQUIRE(problems.size() == 1);
  return problems[0];
}

Abilities of(const push::ClientTable& table, Family family, int version) {
  return table.of({family, version, false, false}, "agent");
}

constexpr Abilities nothing_early{.push = true};
constexpr Abilities no_modules{.push = true, .preload = true, .preconnect = true};
constexpr Abilities everything{.push = true, .preload = true, .module_preload = true, .preconnect = true};
constexpr Abilities only_preconnect{.push = true, .preconnect = true};

}  // namespace

TEST_CASE("the table that ships is the file in rules/, and every fact has its source", "[script][clients]") {
  CHECK(shipped_clients_text == read_file(std::string(OUTRIDER_SOURCE_DIR) + "/rules/clients.lua"));
  const Table table = shipped_clients();
  CHECK(table->rows().size() == 8);
  CHECK(table->denied().empty());
  for (const push::ClientRow& row : table->rows()) CHECK_THAT(row.source, StartsWith("https://"));
}

TEST_CASE("the table that ships knows what each browser can use", "[script][clients]") {
  const Table table = shipped_clients();
  CHECK(of(*table, Family::chromium, 0) == nothing_early);
  CHECK(of(*table, Family::chromium, 102) == nothing_early);
  CHECK(of(*table, Family::chromium, 103) == everything);
  CHECK(of(*table, Family::chromium, 156) == everything);
  CHECK(of(*table, Family::firefox, 119) == nothing_early);
  CHECK(of(*table, Family::firefox, 120) == only_preconnect);
  CHECK(of(*table, Family::firefox, 122) == only_preconnect);
  CHECK(of(*table, Family::firefox, 123) == everything);
  CHECK(of(*table, Family::firefox, 153) == everything);
  CHECK(of(*table, Family::safari, 16) == nothing_early);
  CHECK(of(*table, Family::safari, 17) == only_preconnect);
  CHECK(of(*table, Family::safari, 26) == only_preconnect);
  CHECK(of(*table, Family::other, 0) == no_modules);
}

TEST_CASE("an operator's table stands in place of the shipped one", "[script][clients]") {
  const Table table = load(
      "local newest = 150\n"
      "return {\n"
      "  { family = 'chromium', from = 110, to = newest, push = true, early_hints = { 'modulepreload' }, source = 'x' "
      "},\n"
      "  { family = 'other' },\n"
      "  deny = { '*EvilReader*' },\n"
      "}\n");
  REQUIRE(table->rows().size() == 2);
  CHECK(table->rows()[0] == push::ClientRow{Family::chromium, 110, 150, {.push = true, .module_preload = true}, "x"});
  CHECK(of(*table, Family::chromium, 151) == Abilities{});
  CHECK(of(*table, Family::firefox, 140) == Abilities{});
  CHECK(of(*table, Family::other, 7) == Abilities{});
  CHECK(table->denied() == std::vector<std::string>{"*EvilReader*"});
  CHECK(table->of({Family::chromium, 120, false, false}, "An EvilReader/1").denied);
}

TEST_CASE("a file without rows keeps those that ship", "[script][clients]") {
  const Table table = load("return { deny = { '*EvilReader*' } }");
  CHECK(table->rows() == shipped_clients()->rows());
  CHECK(table->denied().size() == 1);
  CHECK(*load("return {}") == *shipped_clients());
}

TEST_CASE("unknown and repeated keys of a table of clients", "[script][clients]") {
  CHECK(problem_of("return {\n  dany = {},\n}") == "clients.lua:2: unknown key \"dany\"; did you mean \"deny\"?");
  CHECK(problem_of("return {\n  something = {},\n}") ==
        "clients.lua:2: unknown key \"something\"; expected rows and \"deny\"");
  CHECK(problem_of("return { family = 'safari' }") ==
        "clients.lua:1: unknown key \"family\"; it belongs into a row: { family = \"chromium\", … }");
  CHECK(problem_of("return {\n  { family = 'safari',\n    early_hint = {} },\n}") ==
        "clients.lua:3: row 1: unknown key \"early_hint\"; did you mean \"early_hints\"?");
  CHECK(problem_of("return {\n  { family = 'safari' },\n  { family = 'other', [1] = 'x' },\n}") ==
        "clients.lua:3: row 2: expected keys such as family = \"chromium\"; found a string (\"x\") without a key");
  CHECK(problem_of("return {\n  { family = 'safari', push = true,\n    push = false },\n}") ==
        "clients.lua:3: row 1: the key \"push\" is written twice; the first is in line 2");
  CHECK(problem_of("return {\n  deny = {},\n  deny = {},\n}") ==
        "clients.lua:3: the key \"deny\" is written twice; the first is in line 2");
}

TEST_CASE("values of a table of clients that are wrong", "[script][clients]") {
  const auto row = [](const std::string& keys) { return problem_of("return {\n  { " + keys + " },\n}"); };
  const std::string families = R"("chromium", "firefox", "safari" or "other")";
  CHECK(row("push = true") == "clients.lua:2: row 1: expected family = " + families + "; found nothing");
  CHECK(row("family = 'cromium'") == "clients.lua:2: row 1: family: found a string (\"cromium\"); expected " +
                                         families + "; did you mean \"chromium\"?");
  CHECK(row("family = 5") == "clients.lua:2: row 1: family: found a number (5); expected " + families);
  for (const std::string value : {"'103'", "-1", "1.5", "1e7", "0/0", "{}", "function() end"}) {
    CAPTURE(value);
    CHECK_THAT(row("family = 'safari', from = " + value),
               StartsWith("clients.lua:2: row 1: from: expected a major version, a whole number from 0 to 1000000; "));
    CHECK_THAT(row("family = 'safari', to = " + value), StartsWith("clients.lua:2: row 1: to: expected a major"));
  }
  CHECK(row("family = 'safari', from = 18, to = 17") ==
        "clients.lua:2: row 1: from = 18 is above to = 17; expected the first version and then the last");
  CHECK(row("family = 'safari', push = 'yes'") ==
        "clients.lua:2: row 1: push: expected true or false; found a string (\"yes\")");
  CHECK(row("family = 'safari', source = 5") ==
        "clients.lua:2: row 1: source: expected a string of at most 1024 bytes; found a number (5)");
  CHECK_THAT(row("family = 'safari', source = ('x'):rep(1025)"), Contains("at most 1024 bytes"));
  CHECK_THAT(row("family = 'safari', early_hints = 'preload'"),
             StartsWith("clients.lua:2: row 1: early_hints: expected a list, such as { \"preload\", \"preconnect\" }"));
  CHECK_THAT(row("family = 'safari', early_hints = { preload = true }"), Contains("expected a list"));
  CHECK(row("family = 'safari', early_hints = { 'preloud' }") ==
        "clients.lua:2: row 1: early_hints: found a string (\"preloud\"); expected \"preload\", \"modulepreload\" or "
        "\"preconnect\"; did you mean \"preload\"?");
  CHECK_THAT(row("family = 'safari', early_hints = { 5 }"), Contains("early_hints: found a number (5); expected"));
  CHECK(row("family = 'safari', early_hints = { 'preload', 'preload' }") ==
        "clients.lua:2: row 1: early_hints: \"preload\" is in it twice");
  CHECK(problem_of("return {\n  'chromium',\n}") ==
        "clients.lua:2: row 1: expected a table, { family = \"chromium\", … }; found a string (\"chromium\")");
  CHECK_THAT(problem_of("local missing\nreturn {\n  { family = 'safari' }, missing,\n  { family = 'other' },\n}"),
             StartsWith("clients.lua:4: row 3: expected rows that are numbered 1, 2, 3 …; there is no row 2"));
  CHECK_THAT(problem_of("return { [0] = { family = 'other' } }"), Contains("row 0: expected rows that are numbered"));
}

TEST_CASE("a version of a family stands in one row", "[script][clients]") {
  const auto rows = [](const std::string& first, const std::string& second) {
    return problems_of("return {\n  { family = 'chromium', " + first + " },\n  { family = 'chromium', " + second +
                       " },\n}");
  };
  CHECK(rows("from = 103", "to = 102").empty());
  CHECK(rows("to = 102", "from = 103, to = 103").empty());
  CHECK(problems_of("return { { family = 'chromium' }, { family = 'firefox' } }").empty());
  CHECK(rows("from = 100, to = 120", "from = 110") ==
        std::vector<std::string>{"clients.lua:3: row 2: versions 110 to 120 of chromium are in row 1 already (line 2); "
                                 "give each version to one row"});
  CHECK(rows("to = 103", "from = 103") ==
        std::vector<std::string>{"clients.lua:3: row 2: version 103 of chromium is in row 1 already (line 2); "
                                 "give each version to one row"});
  CHECK(rows("from = 100", "from = 110, to = 120") ==
        std::vector<std::string>{"clients.lua:3: row 2: versions 110 to 120 of chromium are in row 1 already (line 2), "
                                 "so that this row could never count; remove one of them"});
  CHECK(rows("", "") ==
        std::vector<std::string>{"clients.lua:3: row 2: versions 0 and later of chromium are in row 1 already (line "
                                 "2), so that this row could never count; remove one of them"});
}

TEST_CASE("the deny-list of a table of clients", "[script][clients]") {
  const auto deny = [](const std::string& list) { return problem_of("return {\n  deny = " + list + ",\n}"); };
  CHECK(deny("'*Evil*'") ==
        "clients.lua:2: deny: expected a list of globs, such as { \"*SomeOldReader/1.*\" }; found a string "
        "(\"*Evil*\")");
  CHECK_THAT(deny("{ evil = true }"), Contains("deny: expected a list of globs"));
  CHECK(deny("{ '' }") ==
        "clients.lua:2: deny: expected a glob, such as \"*SomeOldReader/1.*\"; found a string (\"\")");
  CHECK_THAT(deny("{ 5 }"), Contains("expected a glob") && Contains("found a number (5)"));
  CHECK(deny("{ 'a', 'a' }") == "clients.lua:2: deny: \"a\" is in it twice");
  CHECK(deny("{ ('x'):rep(65) }") == "clients.lua:2: deny: a glob of 65 bytes; at most 64 are allowed");
  CHECK_THAT(problem_of("local many = {}\nfor i = 1, 65 do many[i] = 'x' .. i end\nreturn { deny = many }"),
             Contains("deny: there are 65 globs; at most 64 are allowed"));
  CHECK(load("local many = {}\nfor i = 1, 64 do many[i] = 'x' .. i end\nreturn { deny = many }")->denied().size() ==
        64);
}

TEST_CASE("everything that is wrong with a table of clients is told, by line, and not without end",
          "[script][clients]") {
  const auto problems = problems_of(
      "return {\n"
      "  { family = 'opera', from = 'x' },\n"
      "  { famly = 'safari' },\n"
      "  { family = 'other' },\n"
      "  { family = 'other', from = 5 },\n"
      "  deny = { 1 },\n"
      "  more = 1,\n"
      "}\n");
  INFO(Catch::StringMaker<std::vector<std::string>>::convert(problems));
  REQUIRE(problems.size() == 6);
  CHECK_THAT(problems[0], StartsWith("clients.lua:2: row 1: ") && Contains("family"));
  CHECK_THAT(problems[1], StartsWith("clients.lua:2: row 1: ") && Contains("from"));
  CHECK_THAT(problems[2], StartsWith("clients.lua:3: row 2: unknown key \"famly\"; did you mean \"family\"?"));
  CHECK_THAT(problems[3], StartsWith("clients.lua:5: row 4: versions 5 and later of other are in row 3"));
  CHECK_THAT(problems[4], StartsWith("clients.lua:6: deny"));
  CHECK_THAT(problems[5], StartsWith("clients.lua:7: unknown key \"more\""));

  const auto many = problems_of("local t = {}\nfor i = 1, 200 do t[i] = { famly = i } end\nreturn t");
  REQUIRE(many.size() == most_problems_of_file + 1);
  CHECK_THAT(many.back(), Contains("and more in this file"));
  CHECK_THAT(problem_of("local t = {}\nfor i = 1, 257 do t[i] = 5 end\nreturn t"),
             Contains("there are 257 rows; at most 256 are allowed"));
}

TEST_CASE("a table of clients that cannot be read or run", "[script][clients]") {
  CHECK(problem_of("return 5") ==
        "clients.lua: expected a file that returns a table, \"return { … }\"; it returns a number (5)");
  CHECK_THAT(problem_of("return {\n  {\n}"), StartsWith("clients.lua:3: "));
  CHECK_THAT(problem_of("return { deny = { env('HOME') } }"), Contains("unknown global \"env\""));
  CHECK_THAT(problem_of("return { deny = { credential('x') } }"), Contains("unknown global \"credential\""));
  CHECK_THAT(problem_of("local t = {} while true do t[#t + 1] = {} end"), Contains("memory"));
  SourceLog sources;
  CHECK_THROWS_WITH(load_clients_file("/nowhere/clients.lua", "clients.lua", sources), "clients.lua: does not exist");
}

TEST_CASE("a table of clients is part of what was read", "[script][clients]") {
  TemporaryFolder folder;
  const auto file = folder.write("clients.lua", "return { { family = 'other', push = true } }");
  SourceLog sources;
  load_clients_file(file, "clients.lua", sources);
  const auto snapshot = sources.snapshot();
  CHECK_FALSE(snapshot->differs_from_disk());
  write_file(file, "return { { family = 'other' } }");
  CHECK(snapshot->differs_from_disk());
  SourceLog now;
  load_clients_file(file, "clients.lua", now);
  CHECK(now.snapshot()->digest() != snapshot->digest());
  std::filesystem::remove(file);
  SourceLog replay(snapshot);
  CHECK(load_clients_file(file, "clients.lua", replay)->rows().at(0).abilities.push);
}
