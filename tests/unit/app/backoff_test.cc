// SPDX-License-Identifier: MIT
#include "app/process/backoff.h"

#include <catch2/catch.hpp>

using namespace outrider;
using app::Backoff;
using std::chrono::milliseconds;

TEST_CASE("a server that keeps dying is started at once, then ever more slowly") {
  ManualClock clock;
  Backoff backoff(clock);
  std::vector<long> waits;
  for (int death = 0; death < 9; ++death) waits.push_back(static_cast<long>(backoff.died().count()));
  CHECK(waits == std::vector<long>{0, 100, 200, 400, 800, 1600, 3200, 5000, 5000});
}

TEST_CASE("ten seconds of good life begin it anew, less does not") {
  ManualClock clock;
  Backoff backoff(clock);
  backoff.died();
  backoff.died();
  backoff.serving();
  clock.advance(milliseconds(9'999));
  CHECK(backoff.died() == milliseconds(200));
  backoff.serving();
  clock.advance(milliseconds(10'000));
  CHECK(backoff.died() == milliseconds(0));
}

TEST_CASE("time that passes without serving is no good life") {
  ManualClock clock;
  Backoff backoff(clock);
  backoff.serving();
  backoff.died();
  clock.advance(milliseconds(60'000));
  CHECK(backoff.died() == milliseconds(100));
}
