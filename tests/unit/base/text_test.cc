// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <catch2/catch.hpp>

using namespace outrider;

TEST_CASE("case is ignored in ASCII alone") {
  CHECK(equals_ignoring_case("Content-Type", "cONTENT-tYPE"));
  CHECK(equals_ignoring_case("", ""));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
  CHECK_FALSE(equals_ignoring_case("[", "{"));  // 0x20 apart, but no letters
  CHECK(lower_case("ÄBC") == "Äbc");
}

TEST_CASE("trim takes spaces and tabs from both ends") {
  CHECK(trim(" \t a b\t ") == "a b");
  CHECK(trim(" \t ").empty());
  CHECK(trim("").empty());
  CHECK(trim("\na\n") == "\na\n");  // a line feed is no OWS
}

TEST_CASE("split trims the parts and leaves out empty ones") {
  CHECK(split("a, b ,,  c", ',') == std::vector<std::string_view>{"a", "b", "c"});
  CHECK(split("", ',').empty());
  CHECK(split(" , ,", ',').empty());
  CHECK(split("one", ',') == std::vector<std::string_view>{"one"});
  CHECK(split("a,", ',') == std::vector<std::string_view>{"a"});
}

TEST_CASE("tokens") {
  CHECK(is_token("a"));
  CHECK(is_token("__Secure-x.Y9~"));
  for (const std::string_view text : {"", " ", "a b", "a\"", "a=", "a;", "a/b", "\x7f", "ä"})
    CHECK_FALSE(is_token(text));
}

TEST_CASE("controls are ASCII's, line ends and DEL among them") {
  for (const std::string_view text : {"a\tb", "a\nb", "\x7f", "\x01"}) CHECK(has_controls(text));
  CHECK(has_controls(std::string_view("a\0b", 3)));
  CHECK_FALSE(has_controls("a b ä"));
  CHECK(has_space_or_controls("a b"));
  CHECK_FALSE(has_space_or_controls("ä"));
}

TEST_CASE("hexadecimal digits have their value, everything else has none") {
  const std::string_view digits = "0123456789abcdef";
  for (std::size_t value = 0; value < digits.size(); ++value)
    CHECK(hex_digit(digits[value]) == static_cast<int>(value));
  CHECK(hex_digit('A') == 10);
  CHECK(hex_digit('F') == 15);
  for (const char c : {'/', ':', '@', 'G', '`', 'g', ' ', '\0', '\xff'}) CHECK(hex_digit(c) == -1);
}

TEST_CASE("percent encoding is a \"%\" with two digits, wherever") {
  for (std::string_view text : {"%20", "/a%2Fb", "/100%%41", "/a%C3%A9", "%zz%0a"}) CHECK(has_percent_encoding(text));
  for (std::string_view text : {"", "%", "%2", "/a%2", "/100%", "%%", "/%g0/%0g", "a b"}) {
    CHECK_FALSE(has_percent_encoding(text));
  }
}

TEST_CASE("printable lets nothing through that could forge a line") {
  CHECK(printable("plain é") == "plain é");
  CHECK(printable("a\nb\"c\\d\x7f") == "a\\x0ab\\x22c\\x5cd\\x7f");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("nearest finds a slip of the finger and nothing further away") {
  const std::vector<std::string_view> keys{"name", "host", "hints", "phase", "path"};
  CHECK(nearest("hint", keys) == "hints");
  CHECK(nearest("hinds", keys) == "hints");
  CHECK(nearest("Path", keys) == "path");
  CHECK(nearest("zebra", keys).empty());
  CHECK(nearest("", keys).empty());
  CHECK(nearest("hint", {}).empty());
}

TEST_CASE("nearest prefers the smaller distance, then the first") {
  CHECK(nearest("hostt", {"hosts", "host"}) == "hosts");
  CHECK(nearest("phase", {"phases", "phase"}) == "phase");
}

TEST_CASE("did_you_mean is a sentence's end or nothing") {
  CHECK(did_you_mean("hint", {"hints", "host"}) == "; did you mean \"hints\"?");
  CHECK(did_you_mean("zebra", {"hints", "host"}).empty());
}

TEST_CASE("swapped letters are one slip") {
  CHECK(outrider::nearest("hitns", {"host", "hints", "path"}) == "hints");
  CHECK(outrider::nearest("shaer", {"share", "shadow"}) == "share");
}

TEST_CASE("a stranger's bytes do not end a log line") {
  CHECK(outrider::printable("a\nb\"c\\") == "a\\x0ab\\x22c\\x5c");
}
