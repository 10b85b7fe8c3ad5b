// SPDX-License-Identifier: MIT
#include "push/http_date.h"

#include <catch2/catch.hpp>

using namespace outrider::push;

namespace {

long long seconds(std::string_view text) {
  const auto date = http_date(text);
  REQUIRE(date);
  return date->time_since_epoch().count();
}

}  // namespace

TEST_CASE("a date is read to the second") {
  CHECK(seconds("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
  CHECK(seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
  CHECK(seconds("Thu, 29 Feb 2024 23:59:59 GMT") == 1709251199);
  CHECK(seconds("Wed, 31 Dec 1969 23:59:59 GMT") == -1);
  CHECK(seconds("Sat, 30 Jun 2012 23:59:60 GMT") == 1341100800);  // a leap second is the next day's first
}

TEST_CASE("what is no date is none") {
  CHECK_FALSE(http_date(""));
  CHECK_FALSE(http_date("0"));
  CHECK_FALSE(http_date("-1"));
  CHECK_FALSE(http_date("Sunday, 06-Nov-94 08:49:37 GMT"));
  CHECK_FALSE(http_date("Sun Nov  6 08:49:37 1994"));
  CHECK_FALSE(http_date("Sun, 06 Nov 1994 08:49:37 UTC"));
  CHECK_FALSE(http_date("Sun, 06 Nov 1994 08:49:37 GMT "));
  CHECK_FALSE(http_date("Sun, 06 Nob 1994 08:49:37 GMT"));
  CHECK_FALSE(http_date("Sun, 31 Feb 2024 08:49:37 GMT"));
  CHECK_FALSE(http_date("Sun, 06 Nov 1994 24:49:37 GMT"));
  CHECK_FALSE(http_date("Sun, 06 Nov 1994 08:60:37 GMT"));
  CHECK_FALSE(http_date("Sun, 06 Nov 1994 08:49:61 GMT"));
  CHECK_FALSE(http_date("Sun, 0x Nov 1994 08:49:37 GMT"));
}
