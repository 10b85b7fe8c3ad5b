// SPDX-License-Identifier: MIT
#include "base/value.h"

#include <string>

#include <catch2/catch.hpp>

using namespace outrider;
using Catch::Matchers::Contains;

namespace {

Value value(decltype(Value::data) data, bool secret = false) {
  return {std::move(data), {}, secret};
}

}  // namespace

TEST_CASE("a value describes itself for a message") {
  CHECK(value({}).describe() == "nothing");
  CHECK(value(true).describe() == "true");
  CHECK(value(5.0).describe() == "a number (5)");
  CHECK(value(0.25).describe() == "a number (0.25)");
  CHECK(value(std::string("x")).describe() == "a string (\"x\")");
  CHECK(value(std::make_shared<const Table>()).describe() == "a table");
  CHECK(value(Value::Function{}).describe() == "a function");
}

TEST_CASE("a long string is shortened") {
  const std::string text = value(std::string(100, 'a')).describe();
  CHECK(text.size() < 90);
  CHECK_THAT(text, Contains("…"));
}

TEST_CASE("a secret is never shown") {
  CHECK_THAT(value(std::string("hunter2"), true).describe(), !Contains("hunter2"));
  CHECK_THAT(value(1234.0, true).describe(), !Contains("1234"));
}

TEST_CASE("a value gives what it is and nothing else") {
  const Value text = value(std::string("x"));
  REQUIRE(text.string() != nullptr);
  CHECK(*text.string() == "x");
  CHECK(text.number() == nullptr);
  CHECK(text.boolean() == nullptr);
  CHECK(text.table() == nullptr);
  CHECK(value(std::make_shared<const Table>()).table() != nullptr);
}

TEST_CASE("a table finds by name and knows a list") {
  Table table;
  CHECK(table.is_list());
  table.entries.push_back({std::int64_t{1}, value(1.0), {}});
  CHECK(table.is_list());
  table.entries.push_back({std::string("key"), value(std::string("found")), {}});
  CHECK_FALSE(table.is_list());
  REQUIRE(table.find("key") != nullptr);
  CHECK(*table.find("key")->string() == "found");
  CHECK(table.find("none") == nullptr);
  CHECK(table.find("1") == nullptr);
}
