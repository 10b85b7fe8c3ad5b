// SPDX-License-Identifier: MIT
#include "http/guard/http1_head.h"

#include <array>
#include <string>

#include <catch2/catch.hpp>

using namespace outrider::http;

namespace {

/// What is wrong with a head whose fields are these, or "".
std::string objection(const std::string& fields, int minor_version = 1,
                      const std::string& line = "GET / HTTP/1.1\r\n") {
  const std::string text = line + fields + "\r\n";
  std::array<phr_header, 100> found;
  std::size_t count = found.size();
  const std::string rest = fields + "\r\n";
  REQUIRE(phr_parse_headers(rest.data(), rest.size(), found.data(), &count, 0) == static_cast<int>(rest.size()));
  const char* said = objection_to({text, minor_version, std::span(found.data(), count)});
  return said != nullptr ? said : "";
}

}  // namespace

TEST_CASE("what browsers send is fine") {
  CHECK(objection("Host: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nCookie: a=b\r\n").empty());
  CHECK(objection("Host: a\r\nContent-Length: 5\r\n").empty());
  CHECK(objection("Host: a\r\nTransfer-Encoding: Chunked\r\nTE: trailers\r\nConnection: TE\r\n").empty());
  CHECK(
      objection("Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n").empty());
  CHECK(objection("", 0).empty());
  CHECK(objection("Host: a\r\nConnection: close, X-Not-There\r\n").empty());
}

TEST_CASE("line ends") {
  CHECK(objection("Host: a\r\n", 1, "GET / HTTP/1.1\n") == "a line that ends without a carriage return");
  CHECK(objection("Host: a\nX: y\r\n") == "a line that ends without a carriage return");
  CHECK(objection("Host: a\r\n", 1, "\nGET / HTTP/1.1\r\n") == "a line that ends without a carriage return");
  CHECK(objection("Host: a\r\nX: y\r\n z\r\n") == "a field that goes on in another line");
}

TEST_CASE("Host") {
  CHECK(objection("Host: a\r\nhost: a\r\n") == "more than one Host field");
  CHECK(objection("Host: a\r\nhost: b\r\n", 0) == "more than one Host field");
  CHECK(objection("X: y\r\n") == "no Host field");
}

TEST_CASE("where the body ends") {
  const std::string length =
      GENERATE(as<std::string>{}, "+5", "-5", "0x5", "5, 5", "5,6", "", "5 5", "1e3", "9999999999999999999");
  CHECK(objection("Host: a\r\nContent-Length: " + length + "\r\n") == "a Content-Length that is no number");
  CHECK(objection("Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n") == "more than one Content-Length");
  CHECK(objection("Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n") ==
        "both Content-Length and Transfer-Encoding");
  CHECK(objection("Host: a\r\nTransfer-Encoding: chunked\r\n", 0) == "a Transfer-Encoding, in HTTP/1.0");
  const std::string coding = GENERATE(as<std::string>{}, "gzip, chunked", "chunked, chunked", "identity", "xchunked",
                                      "\"chunked\"", "", "chunked;q=1");
  { CHECK(objection("Host: a\r\nTransfer-Encoding: " + coding + "\r\n") == "a Transfer-Encoding other than chunked"); }
  CHECK(objection("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") ==
        "a Transfer-Encoding other than chunked");
}

TEST_CASE("no field is taken away by the client's Connection") {
  const std::string name = GENERATE(as<std::string>{}, "Cookie", "X-Forwarded-For", "Content-Length", "authorization");
  CHECK(objection("Host: a\r\n" + name + ": 1\r\nConnection: close, " + name + "\r\n") ==
        "a field that its Connection field takes away");
  CHECK(objection("Host: a\r\nConnection: host\r\n") == "a field that its Connection field takes away");
}
