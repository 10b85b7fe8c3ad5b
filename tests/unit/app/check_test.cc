// SPDX-License-Identifier: MIT
// Warnings as a list: each once, in the order of files and lines, and under the name that it is ignored by.
#include "app/check/warnings.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "app/check/hint_places.h"

using namespace outrider;
using namespace outrider::app;

namespace {

Warning warning(WarningId id, const std::string& rule, const std::string& url, int line) {
  return {id, {"rules/a.lua", line}, rule, url, "message"};
}

std::string lines(const Warnings& warnings) {
  std::string text;
  for (const Warning& each : warnings.sorted()) {
    text += std::to_string(each.place.line) + ":" + std::string(name_of(each.id)) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("a warning is told once for its rule and URL") {
  Warnings warnings;
  warnings.add(warning(WarningId::no_store, "home", "/a.css", 9));
  warnings.add(warning(WarningId::no_store, "home", "/a.css", 10));
  warnings.add(warning(WarningId::no_store, "home", "/b.css", 3));
  warnings.add(warning(WarningId::no_store, "cart", "/a.css", 4));
  warnings.add(warning(WarningId::wrong_type, "home", "/a.css", 9));
  CHECK(lines(warnings) == "3:no_store 4:no_store 9:no_store 9:wrong_type ");
}

TEST_CASE("what is ignored is not told") {
  Warnings warnings({WarningId::no_store});
  warnings.add(warning(WarningId::no_store, "home", "/a.css", 9));
  warnings.add(warning(WarningId::wrong_type, "home", "/a.css", 9));
  CHECK(lines(warnings) == "9:wrong_type ");
}

TEST_CASE("a warning reads as other messages about files do") {
  Warning about_a_rule = warning(WarningId::no_store, "home", "/a.css", 9);
  CHECK(about_a_rule.text() == "rules/a.lua:9: warning: message [no_store]");
  about_a_rule.place = {};
  CHECK(about_a_rule.text() == "warning: message [no_store]");
}

TEST_CASE("every warning has a name of its own, in the order of the enumeration") {
  std::set<std::string_view> names;
  std::size_t position = 0;
  for (const WarningText& text : warning_texts()) {
    CHECK(static_cast<std::size_t>(text.id) == position++);
    CHECK(names.insert(text.name).second);
    CHECK(warning_named(text.name) == text.id);
    CHECK_FALSE(text.sentence.empty());
  }
  CHECK_FALSE(warning_named("everything"));
}

TEST_CASE("a declared hint is where it is written, as far as that can be told") {
  const auto text = std::make_shared<const std::string>(
      "rule {\n  hints = {\n    style \"/a.css\",\n    script \"/b.js\",\n  },\n}\n"
      "rule { hints = list }\nrule { hints = { style \"/c.css\" } } rule { hints = { style \"/d.css\" } }\n");
  HintPlaces places({{"a.lua", text}});
  push::Rule rule;
  rule.place = {"a.lua", 1};
  rule.lines = {{"hints", 2}};
  rule.hints.resize(2);
  CHECK(places.of(rule, 0) == Place{"a.lua", 3});
  CHECK(places.of(rule, 1) == Place{"a.lua", 4});
  CHECK(places.of(rule, 2) == Place{"a.lua", 2});  // of its function
  rule.hints.resize(3);                            // the table has been added to
  CHECK(places.of(rule, 0) == Place{"a.lua", 2});
  rule.place.line = 7;
  rule.lines.clear();
  CHECK(places.of(rule, 0) == Place{"a.lua", 7});
  rule.place.line = 8;
  rule.hints.resize(1);
  CHECK(places.of(rule, 0) == Place{"a.lua", 8});
  rule.place.file = "b.lua";
  CHECK(places.of(rule, 0) == Place{"b.lua", 8});
}
