// SPDX-License-Identifier: MIT
#include "push/cookie_field.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace outrider::push;

namespace {

/// "name=value" of each pair; nothing is lost.
std::vector<std::string> read(std::string_view field) {
  std::vector<std::string> pairs;
  std::string texts;
  CookieField cookies(field);
  while (const auto pair = cookies.next()) {
    if (!pairs.empty()) texts += ';';
    texts += pair->text;
    pairs.push_back(std::string(pair->name) + "=" + std::string(pair->value));
  }
  CHECK(texts == field);
  CHECK_FALSE(cookies.next());
  return pairs;
}

using Pairs = std::vector<std::string>;

}  // namespace

TEST_CASE("a Cookie field is read pair by pair, and nothing of it is lost") {
  CHECK(read("a=1; b=2") == Pairs{"a=1", "b=2"});
  CHECK(read("a = 1 ;\tb\t=\t2\t") == Pairs{"a=1", "b=2"});
  CHECK(read("a=b=c==; a=\"x y\"") == Pairs{"a=b=c==", "a=\"x y\""});
  CHECK(read("a; b=; =c") == Pairs{"a=", "b=", "=c"});
  CHECK(read("") == Pairs{"="});
  CHECK(read(" ;; a=1;") == Pairs{"=", "=", "a=1", "="});
}
