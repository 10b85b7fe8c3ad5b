// SPDX-License-Identifier: MIT
#include "app/offline/text_layout.h"

#include <catch2/catch.hpp>

using namespace outrider::app;

TEST_CASE("no control character goes to a terminal", "[explain]") {
  CHECK(plain("a\x1b[31mb\x7f") == "a\\x1b[31mb\\x7f");
  CHECK(plain("\xc2\x9b"
              "31m \xc2\xa0 \xc3\xa9") == "\\x9b31m \xc2\xa0 \xc3\xa9");
  CHECK(plain("\xc2") == "\xc2");
}

TEST_CASE("words go where there is room", "[explain]") {
  const std::string long_word(70, 'x');
  CHECK(wrapped("a " + long_word + " bbbbbbbbb", 4) == "a " + long_word + "\n    bbbbbbbbb");
}
