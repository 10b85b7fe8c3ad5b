// SPDX-License-Identifier: MIT
#include "observe/escape.h"

#include <catch2/catch.hpp>

using namespace outrider::observe;

namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}

}  // namespace

TEST_CASE("combined: what could forge a line or a field is escaped") {
  CHECK(escaped("/page?a=1") == "/page?a=1");
  CHECK(escaped("a\"b\\c") == "a\\\"b\\\\c");
  CHECK(escaped("a\r\n127.0.0.1 - -") == "a\\x0d\\x0a127.0.0.1 - -");
  CHECK(escaped(std::string_view("\0\x1b[31m\x7f", 7)) == "\\x00\\x1b[31m\\x7f");
  CHECK(escaped("\xc3\xa4\xff") == "\\xc3\\xa4\\xff");
  CHECK(escaped("") == "-");
}

TEST_CASE("json: strings are valid whatever bytes are in them") {
  CHECK(json("") == "\"\"");
  CHECK(json("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(json("\n\r\t") == "\"\\n\\r\\t\"");
  CHECK(json(std::string_view("\0\x1f\x7f", 3)) == "\"\\u0000\\u001f\\u007f\"");
}

TEST_CASE("json: valid UTF-8 stays, and every other byte becomes U+FFFD") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(json("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
  CHECK(json("\xff") == "\"" + bad + "\"");
  CHECK(json("a\xc3") == "\"a" + bad + "\"");                              // cut short
  CHECK(json("\xc0\xaf") == "\"" + bad + bad + "\"");                      // overlong "/"
  CHECK(json("\xed\xa0\x80") == "\"" + bad + bad + bad + "\"");            // a surrogate
  CHECK(json("\xf4\x90\x80\x80") == "\"" + bad + bad + bad + bad + "\"");  // beyond U+10FFFF
  CHECK(json("\xe2\x82\x41") == "\"" + bad + bad + "A\"");
}

TEST_CASE("json: line separators of JavaScript are escaped") {
  CHECK(json("\xe2\x80\xa8\xe2\x80\xa9") == "\"\\u2028\\u2029\"");
}
