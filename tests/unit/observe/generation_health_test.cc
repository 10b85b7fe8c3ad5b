// SPDX-License-Identifier: MIT
#include "observe/generation_health.h"

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::observe;
using namespace std::chrono_literals;

namespace {

/// For each of whom something is wrong.
constexpr push::Visitors everybody{0xffff, 0xffff};

struct Health {
  explicit Health(HealthLimits wanted = {10, 20, 30s, 100}) : health(wanted, SteadyTime{}) {
    sums.evaluating = sums.asking = everybody;
  }

  /// What came since the last call, `after` it.
  void add(std::chrono::milliseconds after, std::uint64_t evaluations, std::uint64_t failed, std::uint64_t assets = 0,
           std::uint64_t bad = 0) {
    now += after;
    sums.evaluations += evaluations;
    sums.failed_evaluations += failed;
    sums.assets += assets;
    sums.bad_assets += bad;
    health.add(now, sums);
  }
  std::string verdict() const { return health.verdict().value_or(""); }

  SteadyTime now{};
  GenerationSums sums;
  GenerationHealth health;
};

}  // namespace

TEST_CASE("health: below the minimum nothing is concluded") {
  Health health;
  health.add(1s, 99, 99, 99, 99);
  CHECK(health.verdict().empty());
}

TEST_CASE("health: the share of failures, from its limit on") {
  Health health;
  health.add(1s, 1000, 99);
  CHECK(health.verdict().empty());
  health.add(1s, 0, 1);
  CHECK(health.verdict() == "100 of 1000 evaluations had a rule that failed (10 %; the limit is 10 %)");
  health.add(1s, 1000, 1000);  // the first verdict stays
  CHECK(health.verdict() == "100 of 1000 evaluations had a rule that failed (10 %; the limit is 10 %)");
  CHECK_FALSE(health.health.proven());
}

TEST_CASE("health: the share of bad assets") {
  Health health;
  health.add(1s, 0, 0, 100, 19);
  CHECK(health.verdict().empty());
  health.add(1s, 0, 0, 0, 1);
  CHECK(health.verdict() ==
        "20 of 100 hinted assets were answered with a redirect or an error (20 %; the limit is 20 %)");
}

TEST_CASE("health: a share is that of the window, not of all time") {
  Health health;
  // Too few for a verdict, then quiet until they have left the window.
  health.add(1s, 99, 99);
  for (int second = 0; second < 40; ++second) health.add(1s, 0, 0);
  for (int second = 0; second < 10; ++second) health.add(1s, 9, 0);
  CHECK(health.verdict().empty());
  health.add(1s, 20, 20);  // 20 of 110 in the window
  CHECK(health.verdict() == "20 of 110 evaluations had a rule that failed (18 %; the limit is 10 %)");
}

TEST_CASE("health: a failure that comes slowly is found within the window") {
  Health health;
  for (int second = 0; second < 19; ++second) health.add(1s, 5, 1);
  CHECK(health.verdict().empty());
  health.add(1s, 5, 1);
  CHECK(health.verdict() == "20 of 100 evaluations had a rule that failed (20 %; the limit is 10 %)");
}

TEST_CASE("health: what stood its window is not judged again; what had too few events is") {
  Health health;
  for (int second = 0; second < 30; ++second) health.add(1s, 10, 0);
  CHECK_FALSE(health.health.proven());  // nobody has asked for an asset
  health.add(1s, 1000, 1000);
  CHECK(health.verdict().empty());
  health.add(1s, 0, 0, 100, 100);  // assets come late
  CHECK_FALSE(health.verdict().empty());
}

TEST_CASE("health: proven after a window, not before, and after ten where nothing happens") {
  Health health;
  health.add(29'999ms, 1000, 0, 1000, 0);
  CHECK_FALSE(health.health.proven());
  health.add(1ms, 0, 0);
  CHECK(health.health.proven());
  Health quiet;
  quiet.add(299s, 0, 0);
  CHECK_FALSE(quiet.health.proven());
  quiet.add(1s, 0, 0);
  CHECK(quiet.health.proven());
}

TEST_CASE("health: percent 0 is never bad, 100 only where all is") {
  Health off({0, 0, 30s, 1});
  off.add(1s, 500, 500, 500, 500);
  CHECK(off.verdict().empty());
  off.add(30s, 0, 0);
  CHECK(off.health.proven());
  Health all({100, 100, 30s, 1});
  all.add(1s, 500, 499);
  CHECK(all.verdict().empty());
  Health none({10, 10, 30s, 0});
  none.add(1s, 0, 0);  // nothing of nothing is no share
  CHECK(none.verdict().empty());
}

TEST_CASE("health: many looks in one second lose nothing") {
  Health health;
  for (int look = 0; look < 99; ++look) health.add(10ms, 1, 1);
  CHECK(health.verdict().empty());
  health.add(10ms, 1, 1);
  CHECK(health.verdict() == "100 of 100 evaluations had a rule that failed (100 %; the limit is 10 %)");
}

TEST_CASE("health: what a few visitors bring about is neither bad nor good") {
  const push::Visitors few = GENERATE(push::Visitors{1, 1}, push::Visitors{0x7f, 0x7f}, push::Visitors{~0ull, 0});
  Health health;
  health.sums.evaluating = health.sums.asking = few;
  for (int second = 0; second < 299; ++second) health.add(1s, 100, 100, 100, 100);
  CHECK(health.verdict().empty());
  CHECK_FALSE(health.health.proven());
  health.add(1s, 100, 100, 100, 100);
  CHECK(health.health.proven());  // of ten windows none showed that it is bad
}

TEST_CASE("health: the share of visitors counts, of the window alone") {
  Health health({20, 20, 30s, 100});
  // Eight of them, with an address for each, among many for whom it works.
  health.sums.evaluating = {~0ull, 0xff};
  for (int second = 0; second < 60; ++second) health.add(1s, 100, 100);
  CHECK(health.verdict().empty());
  // As the others stay away, those are all that is left in the window.
  health.sums.evaluating = {0xff, 0xff};
  for (int second = 0; second < 29; ++second) health.add(1s, 100, 100);
  CHECK(health.verdict().empty());
  for (int second = 0; second < 2; ++second) health.add(1s, 100, 100);
  CHECK_FALSE(health.verdict().empty());
}

TEST_CASE("health: visitors of many looks in one second are one sample's") {
  Health health;
  for (unsigned number = 0; number < 8; ++number) {
    health.sums.evaluating = {1ull << number, 1ull << number};
    health.add(100ms, 100, 100);
    CHECK(health.verdict().empty() == (number < 7));
  }
}
