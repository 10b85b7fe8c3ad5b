// SPDX-License-Identifier: MIT
#include "http/forwarded_hops.h"

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::http;

TEST_CASE("the client is the last that no trusted proxy is") {
  config::Behind behind;
  behind.trusted.push_back(*Network::parse("10.0.0.0/8"));
  CHECK(client_among({"198.51.100.7"}, behind) == "198.51.100.7");
  CHECK(client_among({"203.0.113.1, 198.51.100.7, 10.0.0.1"}, behind) == "198.51.100.7");
  CHECK(client_among({"198.51.100.7", "10.0.0.1"}, behind) == "198.51.100.7");
  CHECK(client_among({"2001:db8::1"}, behind) == "2001:db8::1");
  CHECK(client_among({"nobody, 10.0.0.1"}, behind) == "10.0.0.1");
  CHECK(client_among({}, behind).empty());
  CHECK(client_among({"nobody"}, behind).empty());
  CHECK(trusts(behind, *Address::parse("10.1.2.3:80")));
  CHECK_FALSE(trusts(behind, *Address::parse("192.0.2.1:80")));
}
