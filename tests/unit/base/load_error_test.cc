// SPDX-License-Identifier: MIT
#include "base/load_error.h"

#include <string>

#include <catch2/catch.hpp>

using namespace outrider;

TEST_CASE("a place is a file, a line, or nowhere") {
  CHECK(Place{"rules/shop.lua", 12}.text() == "rules/shop.lua:12");
  CHECK(Place{"rules/shop.lua", 0}.text() == "rules/shop.lua");
  CHECK(Place{}.text().empty());
}

TEST_CASE("a problem is its place and its message") {
  CHECK(Problem{{"a.lua", 3}, "bad"}.text() == "a.lua:3: bad");
  CHECK(Problem{{}, "bad"}.text() == "bad");
}

TEST_CASE("an error reports every problem, one a line, in order") {
  const LoadError error({{{"b.lua", 2}, "second"}, {{"a.lua", 1}, "first"}, {{}, "third"}});
  CHECK(error.what() == std::string("b.lua:2: second\na.lua:1: first\nthird"));
  CHECK(error.problems().size() == 3);
}

TEST_CASE("an error of one problem is thrown and caught as an exception") {
  try {
    throw LoadError({"x.lua", 7}, "wrong");
  } catch (const std::exception& caught) {
    CHECK(caught.what() == std::string("x.lua:7: wrong"));
  }
}
