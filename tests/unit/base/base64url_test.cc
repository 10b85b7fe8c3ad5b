// SPDX-License-Identifier: MIT
#include "base/base64url.h"

#include <random>
#include <string>

#include <catch2/catch.hpp>

using namespace outrider;

TEST_CASE("base64url gives the vectors of RFC 4648 10, without padding") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg"},
                                                         {"fo", "Zm8"},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg"},
                                                         {"fooba", "Zm9vYmE"},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {std::string("\xfb\xff\xfe"), "-__-"},
                                                         {std::string("\0", 1), "AA"}};
  for (const auto& [bytes, text] : vectors) {
    INFO(text);
    CHECK(base64url(bytes) == text);
    CHECK(from_base64url(text) == bytes);
  }
}

TEST_CASE("all bytes at all lengths survive base64url") {
  std::mt19937 random(1);
  for (std::size_t length = 0; length != 300; ++length) {
    std::string bytes;
    while (bytes.size() != length) bytes += static_cast<char>(random());
    const std::string text = base64url(bytes);
    INFO(text);
    CHECK(text.size() == (length * 4 + 2) / 3);
    CHECK(from_base64url(text) == bytes);
  }
}

TEST_CASE("what no encoder writes is no base64url") {
  const auto text = GENERATE(as<std::string>(), "A", "AAAAA", "Zg==", "Zm8=", "Zm9v ", " Zm9v", "Zm+v", "Zm/v", "Zm.v",
                             "Zm9v\n", "Zm\xc3\xa9v", "\"Zm9v\"");
  INFO(text);
  CHECK_FALSE(from_base64url(text));
  CHECK_FALSE(from_base64url(std::string("Zm\0v", 4)));
}

TEST_CASE("each text of up to three characters is refused, or is what its bytes encode to") {
  const std::string characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/";
  std::size_t taken = 0;
  const auto look_at = [&](const std::string& text) {
    const auto bytes = from_base64url(text);
    if (!bytes) return;
    ++taken;
    if (base64url(*bytes) != text) FAIL(text);
  };
  for (const char a : characters) {
    look_at({a});
    for (const char b : characters) {
      look_at({a, b});
      for (const char c : characters) look_at({a, b, c});
    }
  }
  CHECK(taken == 256 + 65'536);
}
