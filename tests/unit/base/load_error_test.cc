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

TEST_CASE("an error of too many problems keeps the first and says that there are more") {
  const auto error_of = [](std::size_t count) {
    return LoadError(std::vector<Problem>(count, Problem{{"a.lua", 1}, "wrong"}));
  };
  CHECK(error_of(most_problems).problems().back().message == "wrong");
  const LoadError many = error_of(most_problems + 1);
  CHECK(many.problems().size() == most_problems + 1);
  CHECK(many.problems().back().text() == "and more; only the first 1000 problems are shown");
  const LoadError again(many.problems());
  CHECK(again.what() == std::string(many.what()));
}

TEST_CASE("a message that is too long is cut between characters, once") {
  CHECK(bounded_message(std::string(longest_message, 'x')) == std::string(longest_message, 'x'));
  for (std::size_t shift = 0; shift < 3; ++shift) {
    std::string message(shift, 'x');
    for (int i = 0; i < 1000; ++i) message += "€";
    const std::string cut = bounded_message(message);
    CHECK(cut.size() <= longest_message);
    CHECK(cut.size() > longest_message - 40);
    CHECK(cut.find("€… (cut: it has " + std::to_string(message.size()) + " bytes)") != std::string::npos);
    CHECK(bounded_message(cut) == cut);
    CHECK(LoadError({}, message).what() == cut);
  }
}
