// SPDX-License-Identifier: MIT
#include "http/guard/chunked.h"

#include <string>

#include <catch2/catch.hpp>

using namespace outrider::http;

namespace {

struct Decoded {
  std::string body;
  ssize_t result = -2;
  std::string behind;

  bool operator==(const Decoded&) const = default;
};

/// What comes out where the text arrives `at_once` bytes at a time.
Decoded decoded(const std::string& text, std::size_t at_once) {
  phr_chunked_decoder decoder{};
  decoder.consume_trailer = 1;
  Decoded all;
  for (std::size_t at = 0; at < text.size() && all.result == -2; at += at_once) {
    std::string part = text.substr(at, at_once);
    std::size_t length = part.size();
    all.result = decode_chunked(decoder, part.data(), length);
    all.body += part.substr(0, length);
    if (all.result >= 0) {
      all.behind =
          part.substr(length, static_cast<std::size_t>(all.result)) + text.substr(std::min(at + at_once, text.size()));
      all.result = 0;
    }
  }
  return all;
}

/// The same, however the bytes arrive.
Decoded decoded(const std::string& text) {
  const Decoded whole = decoded(text, text.size());
  for (std::size_t at_once = 1; at_once < text.size(); ++at_once) {
    const Decoded parts = decoded(text, at_once);
    CHECK(parts.result == whole.result);
    if (whole.result != -1) CHECK(parts == whole);
  }
  return whole;
}

}  // namespace

TEST_CASE("chunks are joined, and what follows the body is left alone") {
  CHECK(decoded("5\r\nhello\r\n1;name=\"v a\";b\r\n!\r\n0\r\n\r\n") == Decoded{"hello!", 0, ""});
  CHECK(decoded("A\r\n0123456789\r\n000\r\n\r\nGET / HTTP/1.1\r\n") == Decoded{"0123456789", 0, "GET / HTTP/1.1\r\n"});
  CHECK(decoded("0\r\nX-Sum: 1\r\nX-More: \xe4\r\n\r\nnext") == Decoded{"", 0, "next"});
  CHECK(decoded("5\r\nhel") == Decoded{"hel", -2, ""});
  CHECK(decoded("1\r\na\r\n0\r\n\r") == Decoded{"a", -2, ""});
}

TEST_CASE("what servers read differently is malformed") {
  const std::string text =
      GENERATE(as<std::string>{}, "0x3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n",
               " 3\r\nabc\r\n0\r\n\r\n", "3 \r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n",
               "3\r\nabc0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "3\r\nab\r\n0\r\n\r\n", "0\r\n\n", "0\n\r\n",
               "0\r\nX: 1\n\r\n", "0\r\n\rX", "\r\n", ";a\r\n", "3;a\nb\r\nabc\r\n0\r\n\r\n", "3\r\r\nabc",
               "fffffffffffffffff\r\na", "0000000000000003\r\nabc", "g\r\n");
  CAPTURE(text);
  CHECK(decoded(text).result == -1);
}

TEST_CASE("extensions and trailers are bounded") {
  const auto extended = [](std::size_t bytes) {
    return decoded("1;" + std::string(bytes, 'x') + "\r\na\r\n0\r\n\r\n", 64);
  };
  CHECK(extended(longest_chunk_extension).result == 0);
  CHECK(extended(longest_chunk_extension + 1).result == -1);
  const auto trailed = [](std::size_t bytes) { return decoded("0\r\n" + std::string(bytes, 'x') + "\r\n\r\n", 64); };
  CHECK(trailed(longest_trailer).result == 0);
  CHECK(trailed(longest_trailer + 1).result == -1);
  // Also of many lines.
  std::string lines = "0\r\n";
  while (lines.size() < 3 * longest_trailer) lines += "a: b\r\n";
  CHECK(decoded(lines, 64).result == -1);
}

TEST_CASE("without trailers the body ends behind the last chunk's line") {
  phr_chunked_decoder decoder{};
  std::string text = "1\r\na\r\n0\r\nbehind";
  std::size_t length = text.size();
  CHECK(decode_chunked(decoder, text.data(), length) == 6);
  CHECK(text.substr(0, length + 6) == "abehind");
}
