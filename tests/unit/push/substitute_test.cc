// SPDX-License-Identifier: MIT
#include "push/substitute.h"

#include <string>

#include <catch2/catch.hpp>

using namespace outrider::push;
using Catch::Matchers::Contains;

namespace {

std::string filled(std::string_view url, std::string_view value) {
  const auto result = substitute_captures(url, {{"a", value}, {"other", "-"}});
  INFO(url);
  REQUIRE(result);
  return *result;
}

}  // namespace

TEST_CASE("a name in braces becomes its capture") {
  CHECK(filled("/f/{a}.woff2", "de") == "/f/de.woff2");
  CHECK(filled("/{a}{other}/{a}", "1") == "/1-/1");
  CHECK(filled("/plain", "1") == "/plain");
  CHECK(filled("", "1").empty());
}

TEST_CASE("in a path the capture keeps what a path may hold") {
  CHECK(filled("/{a}", "x@y:z;k=(1)+*'!,$&") == "/x@y:z;k=(1)+*'!,$&");
  CHECK(filled("/{a}", "a b/c?d#e%f\"<>") == "/a%20b%2Fc%3Fd%23e%25f%22%3C%3E");
  CHECK(filled("/{a}", "é") == "/%C3%A9");
  CHECK(filled("https://cdn.example/{a}", "x:y") == "https://cdn.example/x:y");
}

TEST_CASE("a capture adds neither a host nor a parameter") {
  CHECK(filled("/api?q={a}", "1&admin=1") == "/api?q=1%26admin%3D1");
  CHECK(filled("https://{a}.cdn.example/x", "evil@host:1") == "https://evil%40host%3A1.cdn.example/x");
}

TEST_CASE("braces around no name stay") {
  CHECK(filled("/{}", "1") == "/{}");
  CHECK(filled("/{a", "1") == "/{a");
  CHECK(filled("/a}", "1") == "/a}");
  CHECK(filled("/{x y}/{a}", "1") == "/{x y}/1");
  CHECK(filled("/{{a}}", "1") == "/{1}");
}

TEST_CASE("a capture's own braces are not filled again") {
  CHECK(filled("/{a}", "{other}") == "/%7Bother%7D");
}

TEST_CASE("a missing capture is an error that names it") {
  const auto result = substitute_captures("/f/{lang}.woff2", {{"a", "1"}});
  REQUIRE_FALSE(result);
  CHECK_THAT(result.error().message, Contains("{lang}") && Contains("/f/{lang}.woff2"));
}

TEST_CASE("a URL tells which captures it wants") {
  CHECK(wanted_captures("/{a}/{}/{b}?{a}") == std::vector<std::string_view>{"a", "b", "a"});
  CHECK(wanted_captures("/plain").empty());
}
