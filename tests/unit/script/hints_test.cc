// SPDX-License-Identifier: MIT
// The hint constructors and their options.
#include <algorithm>
#include <catch2/catch.hpp>

#include "push/names.h"
#include "script/api.h"
#include "script/hint_options.h"
#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

push::Hint hint_of(const std::string& expression) {
  RulesWorld world;
  const auto loaded = world.load_text("rule { hints = {\n" + expression + "\n} }");
  REQUIRE(only_rule(loaded).hints.size() == 1);
  return only_rule(loaded).hints[0];
}

std::string wrong(const std::string& expression) {
  RulesWorld world;
  return world.problems_of("rule { name = \"x\", hints = {\n" + expression + "\n} }");
}

}  // namespace

TEST_CASE("the API lists the kinds and the options that there are", "[script][api]") {
  const auto sorted = [](std::vector<std::string_view> names) {
    std::sort(names.begin(), names.end());
    return names;
  };
  const auto kinds = push::kind_names();
  CHECK(sorted({kinds.begin(), kinds.end()}) == sorted(api_names(ApiSection::hint_kind)));
  CHECK(sorted(hint_option_names()) == sorted(api_names(ApiSection::hint_option)));
}

TEST_CASE("constructors take an URL", "[script][hints]") {
  const auto [expression, kind, url] = GENERATE(table<std::string, push::Kind, std::string>({
      {"style \"/a.css\"", push::Kind::style, "/a.css"},
      {"script \"/a.js\"", push::Kind::script, "/a.js"},
      {"module \"/a.mjs\"", push::Kind::module, "/a.mjs"},
      {"font \"/a.woff2\"", push::Kind::font, "/a.woff2"},
      {"image \"/a.avif\"", push::Kind::image, "/a.avif"},
      {"fetch \"/api/items\"", push::Kind::fetch, "/api/items"},
      {"preconnect \"https://cdn.example\"", push::Kind::preconnect, "https://cdn.example"},
      {"\"/b.css\"", push::Kind::style, "/b.css"},
      {"\"/b.woff2\"", push::Kind::font, "/b.woff2"},
  }));
  const push::Hint hint = hint_of(expression);
  CHECK(hint.kind == kind);
  CHECK(hint.url == url);
  const bool anonymous = kind == push::Kind::font || kind == push::Kind::fetch;
  CHECK(hint.crossorigin == (anonymous ? push::CrossOrigin::anonymous : push::CrossOrigin::none));
}

TEST_CASE("hint_list reads and checks what a rule's hints may be", "[script][hints]") {
  RulesWorld world;
  const auto loaded = world.load_text(
      "local list = hint_list{ false, '/a.css', font{ '/b.woff2', priority = 'before' } }\n"
      "rule { hints = { list[1], list[2], hint_list('/c.js')[1], hint_list(nil)[1], hint_list(list)[2] } }");
  const auto& hints = only_rule(loaded).hints;
  REQUIRE(hints.size() == 4);
  CHECK((hints[0].kind == push::Kind::style && hints[0].url == "/a.css"));
  CHECK((hints[1].url == "/b.woff2" && hints[1].crossorigin == push::CrossOrigin::anonymous));
  CHECK(hints[1].priority == hints[3].priority);
  CHECK((hints[2].kind == push::Kind::script && hints[2].url == "/c.js" && hints[3].url == "/b.woff2"));
}

TEST_CASE("constructors take options, in either form", "[script][hints]") {
  const std::string options =
      "crossorigin = \"use-credentials\", type = \"image/avif\", fetchpriority = \"high\", integrity = \"sha256-abc\", "
      "media = "
      "\"(width > 600px)\", imagesrcset = \"/b.avif 2x\", imagesizes = \"50vw\", priority = \"after\", nopush = true, "
      "with = { "
      "\"Authorization\", \"accept\" }";
  const std::string form = GENERATE(std::string("image(\"/a.avif\", { "), std::string("image { \"/a.avif\", "));
  const push::Hint hint = hint_of(form + options + (form.find('(') != form.npos ? " })" : " }"));
  CHECK(hint.kind == push::Kind::image);
  CHECK(hint.url == "/a.avif");
  CHECK(hint.crossorigin == push::CrossOrigin::use_credentials);
  CHECK(hint.type == "image/avif");
  CHECK(hint.fetchpriority == push::FetchPriority::high);
  CHECK(hint.integrity == "sha256-abc");
  CHECK(hint.media == "(width > 600px)");
  CHECK(hint.imagesrcset == "/b.avif 2x");
  CHECK(hint.imagesizes == "50vw");
  CHECK(hint.priority == push::PushPriority::after);
  CHECK(hint.nopush);
  CHECK_FALSE(hint.push_only);
  CHECK(hint.with == std::vector<std::string>{"authorization", "accept"});
}

TEST_CASE("crossorigin = true means anonymous", "[script][hints]") {
  CHECK(hint_of("script(\"/a.js\", { crossorigin = true })").crossorigin == push::CrossOrigin::anonymous);
  CHECK(hint_of("fetch(\"/a.json\", { crossorigin = false })").crossorigin == push::CrossOrigin::none);
  CHECK(hint_of("font(\"/a.woff2\", { crossorigin = \"use-credentials\" })").crossorigin ==
        push::CrossOrigin::use_credentials);
}

TEST_CASE("what is off in a list is left out", "[script][hints]") {
  RulesWorld world;
  const auto loaded = world.load_text(
      "local off = false\nrule { hints = { off and style \"/a.css\", style \"/b.css\", nil, style \"/c.css\" } }");
  REQUIRE(only_rule(loaded).hints.size() == 2);
  CHECK(only_rule(loaded).hints[1].url == "/c.css");
}

TEST_CASE("mistakes in a constructor name the rule and the option's line", "[script][hints][errors]") {
  CHECK(wrong("style(\"/a.css\", {\n  crosorigin = true,\n  fetchpriority = \"hi\" })") ==
        "rules/a.lua:3: rule \"x\": style \"/a.css\": unknown option \"crosorigin\"; did you mean \"crossorigin\"?\n"
        "rules/a.lua:4: rule \"x\": style \"/a.css\": option \"fetchpriority\": expected \"auto\", \"high\" or "
        "\"low\", found a "
        "string (\"hi\")");
}

TEST_CASE("every wrong option is refused", "[script][hints][errors]") {
  const auto [expression, message] = GENERATE(table<std::string, std::string>({
      {"style(5)", "style \"\": expected a path as in \"/app.css\" or an URL, found a number (5)"},
      {"preconnect()", "preconnect \"\": expected an origin as in \"https://cdn.example\", found nothing"},
      {"style(\"/a\", \"b\")", "style \"/a\": expected a table of options behind the URL, found a string (\"b\")"},
      {"style(\"/a\", {}, 1)", "style \"/a\": takes an URL and a table of options, found 3 arguments"},
      {"style(\"/a\", { nopush = 1 })", "style \"/a\": option \"nopush\": expected true or false, found a number (1)"},
      {"style(\"/a\", { nopush = true, push_only = true })", "style \"/a\": nopush and push_only exclude each other"},
      {"style(\"/a\", { \"nopush\" })",
       "style \"/a\": options are written as name = value, found a string (\"nopush\") without a name"},
      {"style(\"/a\", { type = \"a\\nb\" })",
       "style \"/a\": option \"type\": expected printable ASCII, because it goes into a header field"},
      {"style(\"/a\", { imagesizes = \"1\" })", "style \"/a\": option \"imagesizes\": it is for images alone"},
      {"style(\"/a\", { priority = \"first\" })",
       "style \"/a\": option \"priority\": expected \"before\", \"interleaved\" or \"after\", found a string "
       "(\"first\")"},
      {"fetch(\"/a\", { with = { \"host\" } })",
       "fetch \"/a\": option \"with\": \"host\" cannot be repeated in a promise"},
      {"fetch(\"/a\", { with = { \"a b\" } })",
       "fetch \"/a\": option \"with\": expected names of request headers, found a string (\"a b\")"},
      {"preconnect(\"https://a.example\", { nopush = true })",
       "preconnect \"https://a.example\": option \"nopush\": a preconnect takes crossorigin alone"},
      {"font(\"/a.woff2\", { crossorigin = false })",
       "font \"/a.woff2\": option \"crossorigin\": browsers fetch every font with crossorigin, so that a hint without "
       "it is "
       "fetched twice; leave it out"},
  }));
  CHECK(wrong(expression) == "rules/a.lua:2: rule \"x\": " + message);
}

TEST_CASE("a hint that reaches no rule is checked, too", "[script][hints][errors]") {
  RulesWorld world;
  CHECK(world.problems_of("local unused = style(\"/a.css\", { medium = \"x\" })\nrule { hints = {} }") ==
        "rules/a.lua:1: style \"/a.css\": unknown option \"medium\"; did you mean \"media\"?");
}

TEST_CASE("hints cannot be changed, and say so when they are called", "[script][hints][errors]") {
  RulesWorld world;
  CHECK(
      world.problems_of("local h = style \"/a.css\"\nh.url = \"/b.css\"").find("rules/a.lua:2: a hint has no fields") ==
      0);
  CHECK(world.problems_of("local h = style \"/a.css\" { nopush = true }")
            .find("rules/a.lua:1: style \"/a.css\" is called as a function; options go inside the parentheses") == 0);
  CHECK(run_body("return tostring(style \"/a.css\") == 'style \"/a.css\"' and style \"/yes.css\"",
                 Asked("/").request) == "/yes.css");
}
