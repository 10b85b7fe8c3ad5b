// SPDX-License-Identifier: MIT
#include "base/address.h"

#include <netinet/in.h>

#include <string>

#include <catch2/catch.hpp>

using namespace outrider;
using Catch::Matchers::Contains;

namespace {

Address address(std::string_view text) {
  auto result = Address::parse(text);
  INFO(text);
  REQUIRE(result);
  return *result;
}

Network network(std::string_view text) {
  auto result = Network::parse(text);
  INFO(text);
  REQUIRE(result);
  return *result;
}

}  // namespace

TEST_CASE("addresses come out as they went in") {
  for (const char* text : {"127.0.0.1:80", "[::1]:443", "[2001:db8::1]:8443", "0.0.0.0:0", "unix:/run/x.sock"}) {
    CHECK(address(text).text() == text);
  }
  CHECK(address("[2001:DB8:0:0::1]:1").text() == "[2001:db8::1]:1");
}

TEST_CASE("an address knows its parts") {
  CHECK(address("192.0.2.1:8080").family() == AF_INET);
  CHECK(address("192.0.2.1:8080").port() == 8080);
  CHECK(address("192.0.2.1:8080").host_text() == "192.0.2.1");
  CHECK(address("[::1]:65535").port() == 65535);
  CHECK(address("unix:/x").is_unix());
  CHECK(address("unix:/x").port() == 0);
  CHECK(address("unix:/x").host_text() == "unix:");
}

TEST_CASE("an IPv4-mapped address reads as IPv4") {
  CHECK(address("[::ffff:192.0.2.7]:80").host_text() == "192.0.2.7");
  CHECK(address("[::ffff:192.0.2.7]:80").text() == "192.0.2.7:80");
}

TEST_CASE("an address can be taken from the system's form") {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(81);
  four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(Address::from(reinterpret_cast<const sockaddr*>(&four), sizeof(four)).text() == "127.0.0.1:81");
}

TEST_CASE("bad addresses are refused with a reason") {
  const auto why = [](const std::string& text) {
    const auto result = Address::parse(text);
    INFO(text);
    REQUIRE_FALSE(result);
    return result.error().message;
  };
  CHECK_THAT(why("127.0.0.1"), Contains("no port"));
  CHECK_THAT(why("127.0.0.1:65536"), Contains("0 to 65535"));
  CHECK_THAT(why("127.0.0.1:-1"), Contains("0 to 65535"));
  CHECK_THAT(why("127.0.0.1:8x"), Contains("\"8x\""));
  CHECK_THAT(why("127.0.0.1:"), Contains("is no port"));
  CHECK_THAT(why("::1:443"), Contains("brackets"));
  CHECK_THAT(why("localhost:80"), Contains("\"localhost\" is no IP address"));
  CHECK_THAT(why("[127.0.0.1]:80"), Contains("no IP address"));
  CHECK_THAT(why("300.0.0.1:80"), Contains("no IP address"));
  CHECK_THAT(why("unix:"), Contains("path"));
  CHECK_THAT(why("unix:/" + std::string(200, 'x')), Contains("at most 107 fit"));
  CHECK_THAT(why(""), Contains("no port"));
}

TEST_CASE("a network contains what its prefix says") {
  CHECK(network("10.0.0.0/8").contains(address("10.255.0.1:1")));
  CHECK_FALSE(network("10.0.0.0/8").contains(address("11.0.0.1:1")));
  CHECK(network("192.0.2.128/25").contains(address("192.0.2.200:1")));
  CHECK_FALSE(network("192.0.2.128/25").contains(address("192.0.2.127:1")));
  CHECK(network("2001:db8::/33").contains(address("[2001:db8:7fff::1]:1")));
  CHECK_FALSE(network("2001:db8::/33").contains(address("[2001:db8:8000::1]:1")));
  CHECK(network("0.0.0.0/0").contains(address("203.0.113.9:1")));
  CHECK_FALSE(network("0.0.0.0/0").contains(address("[2001:db8::1]:1")));
  CHECK(network("::/0").contains(address("[2001:db8::1]:1")));
}

TEST_CASE("a single address is a network of one") {
  CHECK(network("192.0.2.1").contains(address("192.0.2.1:1")));
  CHECK_FALSE(network("192.0.2.1").contains(address("192.0.2.2:1")));
  CHECK(network("2001:db8::1").contains(address("[2001:db8::1]:1")));
  CHECK(network("192.0.2.1").text() == "192.0.2.1");
}

TEST_CASE("IPv4 and its mapped form are the same") {
  CHECK(network("10.0.0.0/8").contains(address("[::ffff:10.1.2.3]:1")));
  CHECK(network("::ffff:10.0.0.0/104").contains(address("10.1.2.3:1")));
}

TEST_CASE("no network contains a unix socket") {
  CHECK_FALSE(network("::/0").contains(address("unix:/x")));
}

TEST_CASE("bad networks are refused with a reason") {
  const auto why = [](std::string_view text) {
    const auto result = Network::parse(text);
    INFO(text);
    REQUIRE_FALSE(result);
    return result.error().message;
  };
  CHECK_THAT(why("10.0.0.0/33"), Contains("0 to 32"));
  CHECK_THAT(why("::/129"), Contains("0 to 128"));
  CHECK_THAT(why("10.0.0.0/"), Contains("0 to 32"));
  CHECK_THAT(why("10.0.0/8"), Contains("\"10.0.0/8\" is no network"));
  CHECK_THAT(why("example.com"), Contains("is no network"));
  CHECK_THAT(why(""), Contains("is no network"));
}

TEST_CASE("an end site is an IPv4 address or the first 48 bits of an IPv6 one") {
  CHECK(end_site("2001:db8:1:2::3") == end_site("2001:db8:1:ffff::"));
  CHECK(end_site("2001:db8:1::") != end_site("2001:db8:2::"));
  CHECK(end_site("192.0.2.1").size() == 16);
  CHECK(end_site("192.0.2.1") == end_site("::ffff:192.0.2.1"));
  CHECK(end_site("192.0.2.1") != end_site("192.0.2.2"));
  CHECK(end_site("unix:") == "unix:");
  CHECK(end_site("").empty());
}
