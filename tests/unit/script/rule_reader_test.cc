// SPDX-License-Identifier: MIT
// `rule { … }`: what its keys become, and what is said about wrong ones.
#include <algorithm>
#include <catch2/catch.hpp>

#include "push/names.h"
#include "script/api.h"
#include "script/rule_reader.h"
#include "script/test_file.h"
#include "script/test_request.h"
#include "script/when_reader.h"
#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

std::vector<std::string_view> sorted(std::vector<std::string_view> names) {
  std::sort(names.begin(), names.end());
  return names;
}

/// The problems of a rule whose keys are `keys`, each on line 2.
std::string wrong(const std::string& keys) {
  RulesWorld world;
  return world.problems_of("rule {\n" + keys + "\nname = \"cart\", hints = {} }");
}

}  // namespace

TEST_CASE("every rule key and condition of the API has a reader, and the reverse", "[script][api]") {
  CHECK(sorted(rule_key_names()) == sorted(api_names(ApiSection::rule)));
  CHECK(sorted(condition_names()) == sorted(api_names(ApiSection::condition)));
  CHECK(sorted(test_request_keys()) == sorted(api_names(ApiSection::test_request)));
  CHECK(sorted(test_client_keys()) == sorted(api_names(ApiSection::test_client)));
  CHECK(sorted(test_response_keys()) == sorted(api_names(ApiSection::test_response)));
  CHECK(sorted(test_asset_keys()) == sorted(api_names(ApiSection::test_asset)));
  CHECK(sorted(test_global_names()) == sorted(api_names(ApiSection::test)));
  CHECK(sorted(check_names()) == sorted(api_names(ApiSection::check)));
}

TEST_CASE("a rule with every key", "[script][rule]") {
  RulesWorld world;
  const auto loaded = world.load_text(R"(
rule {
  name = "all of them",
  host = { "WWW.example", "*.shop.example" },
  method = "post",
  path = { "/product/{id}", "/p/*" },
  except = "/p/secret",
  when = { no_cookie = "session*", cookie = { ab = "b*" }, header = { "X-App", ["x-version"] = "2*" }, query = "utm",
           client = { "chromium>=120", "firefox" }, mobile = true, bot = false, save_data = false,
           language = { "en", "pt-BR" }, network = "10.0.0.0/8", country = { "nl", "DE" } },
  hints = { style "/a.css", "/b.js" },
  phase = "request", deliver = "push", final = true, budget_bytes = 150000, share = 0.25, shadow = true,
  from = "2026-11-27", to = "2026-11-28 08:30Z",
})");
  const push::Rule& rule = only_rule(loaded);
  CHECK(rule.name == "all of them");
  CHECK(rule.place.text() == (world.root / "rules/a.lua:2").string());
  CHECK(rule.hosts == std::vector<std::string>{"www.example", "*.shop.example"});
  CHECK(rule.methods == std::vector<std::string>{"POST"});
  REQUIRE(rule.paths.size() == 2);
  CHECK(rule.paths[0].text() == "/product/{id}");
  REQUIRE(rule.except.size() == 1);
  REQUIRE(rule.when.no_cookie.size() == 1);
  CHECK(rule.when.no_cookie[0].name == "session*");
  REQUIRE(rule.when.cookie.size() == 1);
  CHECK(rule.when.cookie[0].name == "ab");
  CHECK(rule.when.cookie[0].glob == "b*");
  REQUIRE(rule.when.header.size() == 2);
  CHECK(rule.when.header[0].name == "x-app");
  CHECK(rule.when.header[0].glob == "*");
  CHECK(rule.when.header[1].glob == "2*");
  CHECK(rule.when.query.size() == 1);
  REQUIRE(rule.when.client.size() == 2);
  CHECK(rule.when.client[0].version == 120);
  CHECK(rule.when.mobile == true);
  CHECK(rule.when.bot == false);
  CHECK(rule.when.save_data == false);
  CHECK(rule.when.language == std::vector<std::string>{"en", "pt-BR"});
  CHECK(rule.when.network.size() == 1);
  CHECK(rule.when.country == std::vector<std::string>{"NL", "DE"});
  REQUIRE(rule.hints.size() == 2);
  CHECK(rule.hints[0].kind == push::Kind::style);
  CHECK(rule.hints[1].kind == push::Kind::script);
  CHECK(rule.deliver == push::Deliver::push);
  CHECK(rule.final);
  CHECK(rule.shadow);
  CHECK(rule.budget_bytes == 150'000u);
  CHECK(rule.share == 0.25);
  const auto seconds = [](auto moment) {
    return std::chrono::duration_cast<std::chrono::seconds>(moment->time_since_epoch());
  };
  CHECK(seconds(rule.from).count() == 1795737600);
  CHECK(seconds(rule.until).count() == 1795737600 + 86400 + 8 * 3600 + 30 * 60);
}

TEST_CASE("a rule without a name is named after its place", "[script][rule]") {
  RulesWorld world;
  const auto loaded =
      world.load_text("\nfor i = 1, 3 do rule { path = '/' .. i, hints = {} } end\nrule { hints = {} }");
  const auto& rules = loaded.sets[0]->rules();
  REQUIRE(rules.size() == 4);
  CHECK(rules[0].name == "a.lua:2");
  CHECK(rules[1].name == "a.lua:2#2");
  CHECK(rules[2].name == "a.lua:2#3");
  CHECK(rules[3].name == "a.lua:3");
}

TEST_CASE("unknown keys get a suggestion and the line of the key", "[script][rule][errors]") {
  RulesWorld world;
  CHECK(world.problems_of(
            "rule {\n  name = \"cart\",\n  path = \"/\",\n  hint = { style \"/a.css\" },\n  hints = {},\n}") ==
        "rules/a.lua:4: rule \"cart\": unknown key \"hint\"; did you mean \"hints\"?");
  CHECK(wrong("experiment = 1,") ==
        "rules/a.lua:2: rule \"cart\": unknown key \"experiment\"; there are name, host, method, path, except, "
        "when, hints, phase, deliver, final, budget_bytes, share, shadow, from, to, until");
  CHECK(wrong("budget = 1,") == "rules/a.lua:2: rule \"cart\": unknown key \"budget\"; did you mean \"budget_bytes\"?");
  // What is called otherwise elsewhere.
  CHECK(wrong("exclude = 1,") == "rules/a.lua:2: rule \"cart\": unknown key \"exclude\"; did you mean \"except\"?");
  // One mistake is said once.
  CHECK(wrong("final = \"yes\",") ==
        "rules/a.lua:2: rule \"cart\": final: expected true or false, found a string (\"yes\")");
  CHECK(wrong("\"/a.css\",") ==
        "rules/a.lua:1: rule \"cart\": keys are written as name = value, found a string (\"/a.css\") without a name");
}

TEST_CASE("repeated keys are errors", "[script][rule][errors]") {
  RulesWorld world;
  CHECK(world.problems_of("rule {\n  name = \"cart\",\n  hints = {},\n  path = \"/\",\n  hints = {},\n}") ==
        "rules/a.lua:5: rule \"cart\": repeated key \"hints\"; it is written in line 3 already, and Lua keeps one of "
        "them "
        "alone");
  CHECK(
      world.problems_of(
          "rule {\n  name = \"cart\",\n  hints = {},\n  when = {\n    bot = true,\n    bot = false },\n}") ==
      "rules/a.lua:6: rule \"cart\": repeated key \"bot\"; it is written in line 5 already, and Lua keeps one of them "
      "alone");
}

TEST_CASE("wrong values say what was expected and found", "[script][rule][errors]") {
  const auto [keys, message] = GENERATE(table<std::string, std::string>({
      {"host = 5,", "host: expected a host or a list of hosts, found a number (5)"},
      {"host = \"https://x/\",", "host: \"https://x/\" is no host name; write it without scheme, port and path"},
      {"host = \"a\\nb\",", "host: \"a\nb\" is no host name; write it without scheme, port and path"},
      {"host = {},", "host: expected a host or a list of hosts, found an empty list; leave the key out"},
      {"host = { a = 1 },", "host: expected a host or a list of hosts; expected a list, found the key \"a\""},
      {"path = { \"/\", false },", "path: item 2: expected a path pattern or a list of path patterns, found false"},
      {"method = \"GET POST\",", "method: \"GET POST\" is no request method; write each in full"},
      {"method = \"GE*\",", "method: \"GE*\" is no request method; write each in full"},
      {"when = { cookie = \"a=b\" },", "condition \"cookie\": \"a=b\" cannot be the name of a cookie"},
      {"when = { no_cookie = { [\"a;\"] = \"b\" } },",
       "condition \"no_cookie\": \"a;\" cannot be the name of a cookie"},
      {"when = \"mobile\",", "when: expected a table of conditions or a function, found a string (\"mobile\")"},
      {"deliver = \"pusch\",",
       "deliver: expected \"auto\", \"push\", \"early_hints\" or \"link\", found a string (\"pusch\"); did you mean "
       "\"push\"?"},
      {"phase = true,", "phase: expected \"request\" or \"response\", found true"},
      {"final = 1,", "final: expected true or false, found a number (1)"},
      {"shadow = \"yes\",", "shadow: expected true or false, found a string (\"yes\")"},
      {"budget_bytes = -1,", "budget_bytes: expected a whole number of bytes, 0 or more, found a number (-1)"},
      {"budget_bytes = 1.5,", "budget_bytes: expected a whole number of bytes, 0 or more, found a number (1.5)"},
      {"budget_bytes = 1/0,", "budget_bytes: expected a whole number of bytes, 0 or more, found a number (inf)"},
      {"budget_bytes = \"64k\",",
       "budget_bytes: expected a whole number of bytes, 0 or more, found a string (\"64k\")"},
      {"budget_bytes = true,", "budget_bytes: expected a whole number of bytes, 0 or more, found true"},
      {"share = 0,", "share: expected a number above 0 and at most 1, found a number (0)"},
      {"share = 50,", "share: expected a number above 0 and at most 1, found a number (50)"},
      {"from = \"tomorrow\",",
       "from: expected a moment in UTC as in \"2026-11-27\" or \"2026-11-27 08:00\", found \"tomorrow\""},
      {"to = \"2026-02-30\",", "to: no calendar has the day in \"2026-02-30\""},
      {"from = \"2026-11-27 25:00\",", "from: no clock shows the time in \"2026-11-27 25:00\""},
      {"from = 20261127,", "from: expected a moment in UTC as in \"2026-11-27 08:00\", found a number (20261127)"},
  }));
  CHECK(wrong(keys) == "rules/a.lua:2: rule \"cart\": " + message);
}

TEST_CASE("a bad path pattern is an error of its line", "[script][rule][errors]") {
  const std::string text = wrong("path = \"product\",");
  CHECK(text.starts_with("rules/a.lua:2: rule \"cart\": path: "));
  CHECK_FALSE(wrong("except = \"/{id\",").empty());
  CHECK_FALSE(wrong("path = \"/{id}/{id}\",").empty());
}

TEST_CASE("bad conditions are found one by one, each on its line", "[script][rule][errors]") {
  RulesWorld world;
  const std::string text = world.problems_of(R"(rule {
  name = "cart", hints = {},
  when = {
    no_cokie = "session*",
    client = "netscape>=4",
    mobile = "yes",
    network = "10.0.0.0/33",
    country = "Holland",
    language = "en_US",
    header = { ["x y"] = "1" },
    cookie = 5,
    query = { a = true },
    "bot",
  },
})");
  INFO(text);
  CHECK(text.find("rules/a.lua:4: rule \"cart\": unknown condition \"no_cokie\"; did you mean \"no_cookie\"?") !=
        text.npos);
  CHECK(text.find("rules/a.lua:5: rule \"cart\": condition \"client\": ") != text.npos);
  CHECK(text.find(
            "rules/a.lua:6: rule \"cart\": condition \"mobile\": expected true or false, found a string (\"yes\")") !=
        text.npos);
  CHECK(text.find("rules/a.lua:7: rule \"cart\": condition \"network\": ") != text.npos);
  CHECK(text.find("rules/a.lua:8: rule \"cart\": condition \"country\": expected a country code of two letters") !=
        text.npos);
  CHECK(text.find("rules/a.lua:9: rule \"cart\": condition \"language\": expected a language tag") != text.npos);
  CHECK(text.find("rules/a.lua:10: rule \"cart\": condition \"header\": \"x y\" cannot be the name") != text.npos);
  CHECK(text.find("rules/a.lua:11: rule \"cart\": condition \"cookie\": expected a name, a list of names") !=
        text.npos);
  CHECK(text.find("rules/a.lua:12: rule \"cart\": condition \"query\": expected a = a glob of its value, found true") !=
        text.npos);
  CHECK(text.find("conditions are written as name = value, found a string (\"bot\") without a name") != text.npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 9);
}

TEST_CASE("declared hints are checked when they are loaded", "[script][rule][errors]") {
  RulesWorld world;
  CHECK(world.problems_of("rule { name = \"cart\", hints = {\n  style \"/a.css\",\n  5,\n  \"/api/items\" } }") ==
        "rules/a.lua:3: rule \"cart\": bad hint 2: expected a hint or a path, found a number (5)\n"
        "rules/a.lua:4: rule \"cart\": bad hint 3: the ending of \"/api/items\" does not tell its kind; write fetch "
        "\"/api/items\", or style, script, module, font or image in place of fetch");
  CHECK(world.problems_of("rule { name = \"cart\", hints = 5 }") ==
        "rules/a.lua:1: rule \"cart\": hints: expected a list of hints or a function that returns one, found a number "
        "(5)");
  CHECK(world.problems_of("rule { name = \"cart\", hints = { style \"app.css\" } }")
            .starts_with("rules/a.lua:1: rule \"cart\": hint \"app.css\": "));
  CHECK(world.problems_of("rule { name = \"cart\", path = \"/\" }") ==
        "rules/a.lua:1: rule \"cart\": it has neither hints nor final = true, so it does nothing; add hints = { … }");
  CHECK(world.problems_of("rule { name = \"cart\", path = \"/\", final = true }").empty());
  CHECK(world.problems_of("rule { name = \"cart\", hint = { \"/app.css\" } }") ==
        "rules/a.lua:1: rule \"cart\": unknown key \"hint\"; did you mean \"hints\"?");
  CHECK(world.problems_of(
            "local t = {} for i = 1, 65 do t[i] = \"/\" .. i .. \".css\" end rule { name = \"cart\", hints = t }") ==
        "rules/a.lua:1: rule \"cart\": hints: expected at most 64 hints, found 65");
}

TEST_CASE("names in braces must be captured by every path", "[script][rule][errors]") {
  RulesWorld world;
  CHECK(world.problems_of(
            "rule { name = \"f\", path = { \"/{lang}/\", \"/{id}/x\" },\n hints = { font \"/f/{lang}.woff2\" } }") ==
        "rules/a.lua:2: rule \"f\": hint \"/f/{lang}.woff2\": the path \"/{id}/x\" does not capture {lang}; it "
        "captures {id}");
  CHECK(world.problems_of("rule { name = \"f\", hints = { font \"/f/{lang}.woff2\" } }") ==
        "rules/a.lua:1: rule \"f\": hint \"/f/{lang}.woff2\": {lang} is captured by nothing, because the rule has no "
        "path");
  CHECK(world.problems_of("rule { name = \"f\", path = \"/{lang}/\", hints = { font \"/f/{lang}.woff2\" } }").empty());
}

TEST_CASE("keys that contradict each other are errors", "[script][rule][errors]") {
  CHECK(wrong("phase = \"response\", deliver = \"early_hints\",") ==
        "rules/a.lua:2: rule \"cart\": deliver: hints of the response phase come too late for a 103; use \"link\" or "
        "\"push\"");
  CHECK(wrong("from = \"2026-11-28\", to = \"2026-11-27\",") ==
        "rules/a.lua:2: rule \"cart\": to: expected a moment after `from`; as it stands the rule never applies");
}

TEST_CASE("until is a word of Lua", "[script][rule][errors]") {
  CHECK(wrong("until = \"2026-11-27\",") ==
        "rules/a.lua:2: unexpected symbol near 'until'; Lua keeps the word until for itself: the key for the end of a "
        "rule's time is `to`");
  CHECK(wrong("[\"until\"] = \"2026-11-27\",").empty());
  CHECK(wrong("[\"until\"] = \"2026-11-27\", to = \"2026-11-27\",") ==
        "rules/a.lua:2: rule \"cart\": until: it means the same as `to`; write one of them");
}

TEST_CASE("all bad keys of a rule are reported, in the order of their lines", "[script][rule][errors]") {
  RulesWorld world;
  const std::string text =
      world.problems_of("rule {\n final = 1,\n  nam = \"x\",\n share = 2,\n hints = {},\n name = 7,\n}");
  CHECK(text ==
        "rules/a.lua:2: rule \"a.lua:1\": final: expected true or false, found a number (1)\n"
        "rules/a.lua:3: rule \"a.lua:1\": unknown key \"nam\"; did you mean \"name\"?\n"
        "rules/a.lua:4: rule \"a.lua:1\": share: expected a number above 0 and at most 1, found a number (2)\n"
        "rules/a.lua:6: rule \"a.lua:1\": name: expected a name, found a number (7)");
}

TEST_CASE("rule wants one table", "[script][rule][errors]") {
  RulesWorld world;
  CHECK(world.problems_of("rule \"home\"\nrule()") ==
        "rules/a.lua:1: rule: expected one table as in rule { … }, found a string (\"home\")\n"
        "rules/a.lua:2: rule: expected one table as in rule { … }, found nothing");
}

TEST_CASE("a rule's budget may be nothing at all, and is none where it is left out", "[script][rule]") {
  RulesWorld world;
  const auto loaded = world.load_text(
      "rule { name = 'none', hints = {}, budget_bytes = 0 }\n"
      "rule { name = 'free', hints = {} }\n"
      "rule { name = 'most', hints = {}, budget_bytes = 2^53 }\n");
  const auto& rules = loaded.sets[0]->rules();
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].budget_bytes == 0u);
  CHECK_FALSE(rules[1].budget_bytes);
  CHECK(rules[2].budget_bytes == 1ull << 53);
  CHECK(wrong("budget_bytes = 0/0,").find("budget_bytes: expected a whole number of bytes") != std::string::npos);
  CHECK(wrong("budget_bytes = 2^54,").find("budget_bytes: expected a whole number of bytes") != std::string::npos);
}
