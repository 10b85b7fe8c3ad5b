// SPDX-License-Identifier: MIT
// Pattern::matches against a matcher that is too simple to be wrong, over an alphabet small enough that matches are
// common.
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "push/pattern.h"
#include "unit/push/simple_match.h"
#include "unit/push/support.h"

using namespace outrider::push;
using outrider::push::test::simple_match;

TEST_CASE("a pattern matches what the simple matcher says") {
  std::mt19937 random(1);
  const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
  const std::string_view pieces[] = {"a", "b", "a", "*", "**"};
  int matched = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text, path;
    for (int segments = 1 + below(4), i = 0; i < segments; ++i) {
      text += '/';
      if (below(5) == 0) {
        text += "{n" + std::to_string(i) + "}";
      } else if (below(4) == 0) {
        text += "**";
      } else {
        for (int count = below(4); count > 0; --count) text += pieces[below(5)];
      }
    }
    for (int segments = 1 + below(5), i = 0; i < segments; ++i) {
      path += '/';
      for (int count = below(3); count > 0; --count) path += below(2) == 0 ? 'a' : 'b';
    }
    const auto compiled = Pattern::parse(text);
    if (!compiled) continue;  // "***"
    INFO(text << " on " << path);
    std::vector<Capture> captures;
    const bool expected = simple_match(text, path, false);
    REQUIRE(compiled->matches(path, nullptr) == expected);
    REQUIRE(compiled->matches(path, &captures) == expected);
    REQUIRE(captures.size() == (expected ? compiled->capture_names().size() : 0));
    for (const Capture& capture : captures) {
      REQUIRE_FALSE(capture.value.empty());
      REQUIRE(capture.value.find('/') == std::string_view::npos);
    }
    matched += expected ? 1 : 0;
  }
  CHECK(matched > 2000);
}
