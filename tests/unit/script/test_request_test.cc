// SPDX-License-Identifier: MIT
// Requests that nobody sent, for tests beside the rules.
#include "script/test_request.h"

#include <catch2/catch.hpp>

using namespace outrider::script;

TEST_CASE("a site's own host", "[script][tests]") {
  CHECK(host_of_site("www.example.com") == "www.example.com");
  CHECK(host_of_site("*.example.com") == "www.example.com");
  CHECK(host_of_site("*") == "localhost");
}
