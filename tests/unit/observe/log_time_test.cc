// SPDX-License-Identifier: MIT
#include "observe/log_time.h"

#include <catch2/catch.hpp>

using namespace outrider::observe;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

TEST_CASE("log time: RFC 3339 with milliseconds, in UTC") {
  CHECK(read_rfc3339("2026-11-22T16:34:05.678Z") == system_clock::time_point(milliseconds(1'795'365'245'678)));
  CHECK(read_rfc3339("1969-12-31T23:59:59.999Z") == system_clock::time_point(milliseconds(-1)));
  CHECK(read_rfc3339("2024-02-29T00:00:00.000Z").has_value());
  for (const char* wrong :
       {"", "2026-11-22", "2026-11-22T16:34:05Z", "2026-11-22T16:34:05.678", "2026-02-29T00:00:00.000Z",
        "2026-13-01T00:00:00.000Z", "2026-11-22T24:00:00.000Z", "2026-11-22T16:34:05.678Z ", "2026-11-22T-6:34:05.678Z",
        "0002-11-22T16:34:05.678Z", "9999-11-22T16:34:05.678Z", "2026-11-22T16:34:05.67xZ"}) {
    INFO(wrong);
    CHECK_FALSE(read_rfc3339(wrong).has_value());
  }
}

TEST_CASE("log time: Apache's, with the zone") {
  const system_clock::time_point point{seconds(1'795'365'245)};
  CHECK(read_apache_time("22/Nov/2026:16:34:05 +0000") == point);
  CHECK(read_apache_time("22/Nov/2026:22:04:05 +0530") == point);
  CHECK(read_apache_time("22/Nov/2026:08:34:05 -0800") == point);
  for (const char* wrong : {"", "22/nov/2026:16:34:05 +0000", "22/ovD/2026:16:34:05 +0000", "22/Nov/2026:16:34:05",
                            "22/Nov/2026:16:34:05 0000", "31/Nov/2026:16:34:05 +0000", "22/Nov/0002:16:34:05 +0000",
                            "22/Nov/2026:16:34:05 +00:00"}) {
    INFO(wrong);
    CHECK_FALSE(read_apache_time(wrong).has_value());
  }
}
