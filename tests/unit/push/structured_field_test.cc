// SPDX-License-Identifier: MIT
#include "push/structured_field.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

using namespace outrider::push;

namespace {

/// The members in a form that can be compared: `key=value`, and `-` for a value of a type that nobody asks for.
std::string shown(std::string_view text) {
  std::string result;
  const auto show = [&result](std::string_view key, const FieldItem& item) {
    if (!result.empty()) result += ' ';
    result.append(key).append(1, '=');
    if (item.type == FieldItem::Type::boolean) result += item.boolean ? "true" : "false";
    if (item.type == FieldItem::Type::integer) result += std::to_string(item.integer);
    if (item.type == FieldItem::Type::other) result += '-';
  };
  return read_dictionary(text, show) ? result : "malformed";
}

}  // namespace

TEST_CASE("dictionaries with members of every type are read") {
  CHECK(shown("max-age=60, private") == "max-age=60 private=true");
  CHECK(shown("u=2,i") == "u=2 i=true");
  CHECK(shown("u=2 \t,\t i=?0") == "u=2 i=false");
  CHECK(shown("a=-15, b=1.5, c=\"x\\\"\\\\y\", d=tok/en:1, e=:aGk=:") == "a=-15 b=- c=- d=- e=-");
  CHECK(shown("a=(1 \"x\" tok;p=1);q, *b=*c") == "a=- *b=-");
  CHECK(shown("a=()") == "a=-");
  CHECK(shown("a;p;q=1;r=\"s\", b=2;p=?1") == "a=true b=2");
  CHECK(shown("  a  ") == "a=true");
  CHECK(shown("a=999999999999999") == "a=999999999999999");
}

TEST_CASE("an empty field is an empty dictionary") {
  CHECK(shown("").empty());
  CHECK(shown("  ").empty());
}

TEST_CASE("members come in their order, those with the same key too") {
  CHECK(shown("a=1, b=2, a=3") == "a=1 b=2 a=3");
}

TEST_CASE("what is no dictionary is malformed as a whole") {
  const std::string_view text =
      GENERATE(as<std::string_view>(), "a=1,", ",", "a,,b", "A=1", "1=a", "=1", "a=", "a = 1", "a=1 b=2", "a=\"x",
               "a=\"x\\", "a=\"\\x\"", "a=\"\x01\"", "a=\"\xc3\xa4\"", "a=1.", "a=1.1234", "a=1234567890123.1",
               "a=1234567890123456", "a=-", "a=:aGk", "a=:a?k:", "a=?2", "a=?", "a=(1", "a=(1,2)", "a=(1\"x\")", "a;",
               "a;=1", "a;P", "a;p=", "a=@1", "a\tb", "max-age=60; private, \x80");
  INFO(text);
  CHECK(shown(text) == "malformed");
}
