// SPDX-License-Identifier: MIT
#include "http/proxy_header.h"

#include <catch2/catch.hpp>
#include <string>

using outrider::http::parse_proxy_header;
using outrider::http::ProxyHeader;
using State = ProxyHeader::State;

namespace {

const std::string v2_start("\r\n\r\n\0\r\nQUIT\n", 12);

std::string v2(char command, char family, const std::string& body) {
  std::string bytes = v2_start + command + family;
  bytes += static_cast<char>(body.size() >> 8);
  bytes += static_cast<char>(body.size() & 0xff);
  return bytes + body;
}

}  // namespace

TEST_CASE("PROXY version 1 tells the client's address") {
  const auto header = parse_proxy_header("PROXY TCP4 192.0.2.7 198.51.100.1 5432 443\r\nGET / HTTP/1.1\r\n");
  REQUIRE(header.state == State::complete);
  CHECK(header.length == 44);
  REQUIRE(header.source);
  CHECK(header.source->text() == "192.0.2.7:5432");

  const auto six = parse_proxy_header("PROXY TCP6 2001:db8::7 2001:db8::1 5432 443\r\n");
  REQUIRE(six.source);
  CHECK(six.source->text() == "[2001:db8::7]:5432");
}

TEST_CASE("PROXY version 1 UNKNOWN leaves the address alone") {
  const auto header = parse_proxy_header("PROXY UNKNOWN\r\n");
  CHECK(header.state == State::complete);
  CHECK_FALSE(header.source);
}

TEST_CASE("a PROXY header that is not whole asks for more") {
  for (const char* bytes : {"", "P", "PROXY", "PROXY TCP4 192.0.2.7 198", "\r\n\r"}) {
    INFO(bytes);
    CHECK(parse_proxy_header(bytes).state == State::incomplete);
  }
  CHECK(parse_proxy_header(v2_start).state == State::incomplete);
  const std::string whole = v2('\x21', '\x11', std::string(12, '\1'));
  for (std::size_t length = 0; length != whole.size(); ++length) {
    CHECK(parse_proxy_header({whole.data(), length}).state == State::incomplete);
  }
}

TEST_CASE("what is no PROXY header is refused") {
  for (const char* bytes :
       {"GET / HTTP/1.1\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 5432\r\n", "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
        "PROXY TCP4 192.0.2.7 198.51.100.1 54321x 443\r\n", "PROXY TCP4 192.0.2.7 198.51.100.1 99999 443\r\n",
        "PROXY TCP9 1 2 3 4\r\n", "\r\nGET"}) {
    INFO(bytes);
    CHECK(parse_proxy_header(bytes).state == State::invalid);
  }
  CHECK(parse_proxy_header("PROXY " + std::string(200, 'x')).state == State::invalid);
  CHECK(parse_proxy_header(v2('\x31', '\x11', std::string(12, '\1'))).state == State::invalid);
  CHECK(parse_proxy_header(v2('\x22', '\x11', std::string(12, '\1'))).state == State::invalid);
  CHECK(parse_proxy_header(v2('\x21', '\x11', "short")).state == State::invalid);
  CHECK(parse_proxy_header(v2('\x21', '\x11', std::string(5000, 'x'))).state == State::invalid);
}

TEST_CASE("PROXY version 2 tells the client's address and may carry more") {
  const std::string body("\xc0\x00\x02\x07\xc6\x33\x64\x01\x15\x38\x01\xbb", 12);
  const auto header = parse_proxy_header(v2('\x21', '\x11', body + std::string("\x04\x00\x01x", 4)) + "rest");
  REQUIRE(header.state == State::complete);
  CHECK(header.length == 16 + 12 + 4);
  REQUIRE(header.source);
  CHECK(header.source->text() == "192.0.2.7:5432");
  CHECK_FALSE(parse_proxy_header(v2('\x20', '\x00', "")).source);
  CHECK(parse_proxy_header(v2('\x20', '\x00', "")).state == State::complete);
}
