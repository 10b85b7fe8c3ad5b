// SPDX-License-Identifier: MIT
#include "app/reload/auto_rollback.h"

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::app;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

struct Trial {
  explicit Trial(std::size_t workers = 2) {
    limits.failures_percent = 10;
    limits.assets_percent = 20;
    limits.window_s = 30;
    limits.minimum = 100;
    for (std::size_t index = 0; index < workers; ++index) {
      watches.push_back(std::make_shared<push::GenerationWatch>(visitors));
      generation.watches.push_back(watches.back());
    }
  }

  /// Evaluations that every worker sees, each for another visitor.
  void evaluate(int count, int failed) {
    for (const auto& watch : watches) {
      for (int done = 0; done < count; ++done) watch->evaluation(done < failed, address(done));
    }
  }
  static std::string address(int number) { return "10.0.0." + std::to_string(number % 250); }
  AutoRollback::Event look(std::chrono::milliseconds later = 1s) {
    clock.advance(later);
    return rollback.look(generation);
  }

  ManualClock clock;
  const push::VisitorHash visitors;
  config::Rollback limits;
  AutoRollback rollback{clock};
  Generation generation;
  std::vector<std::shared_ptr<push::GenerationWatch>> watches;
};

}  // namespace

TEST_CASE("auto rollback: the shares of all workers together, told once") {
  Trial trial;
  trial.rollback.begin(trial.limits, nullptr);
  trial.evaluate(49, 49);
  CHECK_FALSE(trial.look().bad);  // 98 of at least 100
  trial.evaluate(1, 0);
  const auto event = trial.look();
  REQUIRE(event.bad);
  CHECK_THAT(*event.bad, Contains("98 of 100 evaluations had a rule that failed (98 %; the limit is 10 %)"));
  CHECK_FALSE(event.proven);
  trial.evaluate(1000, 1000);
  CHECK_FALSE(trial.look().bad);
}

TEST_CASE("auto rollback: hinted assets count too") {
  Trial trial(1);
  trial.rollback.begin(trial.limits, nullptr);
  for (int count = 0; count < 100; ++count) {
    trial.watches[0]->hinted("a.example", "/app.css", Trial::address(count));
    trial.watches[0]->answered("a.example", "/app.css", count < 20 ? 404 : 200, Trial::address(count));
  }
  const auto event = trial.look();
  REQUIRE(event.bad);
  CHECK_THAT(*event.bad, Contains("20 of 100 hinted assets"));
}

TEST_CASE("auto rollback: a generation that stands its time is proven once, and a quiet one too") {
  Trial trial;
  trial.limits.assets_percent = 0;
  trial.rollback.begin(trial.limits, nullptr);
  trial.evaluate(100, 1);
  int proven = 0;
  for (int second = 0; second < 120; ++second) {
    const auto event = trial.look();
    CHECK_FALSE(event.bad);
    if (event.proven) CHECK(second >= 29);
    proven += event.proven ? 1 : 0;
  }
  CHECK(proven == 1);
  trial.rollback.begin(trial.limits, nullptr);
  trial.generation.watches.clear();
  proven = 0;
  for (int second = 0; second < 600; ++second) {
    const bool now = trial.look().proven;
    CHECK((!now || second >= 299));  // ten windows
    proven += now ? 1 : 0;
  }
  CHECK(proven == 1);
}

TEST_CASE("auto rollback: what was bad before is no fault of the new generation") {
  Trial trial(1);
  trial.evaluate(100, 30);
  Trial next(1);
  next.rollback.begin(next.limits, &trial.generation);
  next.evaluate(100, 39);
  CHECK_FALSE(next.look().bad);
  next.evaluate(10, 10);
  const auto event = next.look();
  REQUIRE(event.bad);
  CHECK_THAT(*event.bad, Contains("the limit is 40 %"));
}

TEST_CASE("auto rollback: who is trusted is not looked at, and a new one begins anew") {
  Trial trial;
  CHECK_FALSE(trial.look().bad);  // before the first begin()
  trial.rollback.begin(trial.limits, nullptr);
  trial.rollback.trust();
  trial.evaluate(1000, 1000);
  CHECK_FALSE(trial.look().bad);
  CHECK_FALSE(trial.look(1h).proven);

  Trial next;
  next.rollback.begin(next.limits, nullptr);
  next.evaluate(100, 100);
  CHECK(next.look().bad);
  next.rollback.begin(next.limits, nullptr);
  next.evaluate(100, 100);
  CHECK(next.look().bad);
}

TEST_CASE("auto rollback: off by 0") {
  Trial trial;
  trial.limits.failures_percent = 0;
  trial.rollback.begin(trial.limits, nullptr);
  trial.evaluate(1000, 1000);
  for (int second = 0; second < 60; ++second) CHECK_FALSE(trial.look().bad);
}

TEST_CASE("auto rollback: a trial lasts until it is judged or proven") {
  Trial bad;
  CHECK_FALSE(bad.rollback.on_trial());
  bad.rollback.begin(bad.limits, nullptr);
  CHECK(bad.rollback.on_trial());
  bad.evaluate(100, 100);
  REQUIRE(bad.look().bad);
  CHECK_FALSE(bad.rollback.on_trial());

  Trial good;
  good.limits.assets_percent = 0;
  good.rollback.begin(good.limits, nullptr);
  good.evaluate(100, 0);
  (void)good.look();
  CHECK(good.rollback.on_trial());
  for (int second = 0; second < 30; ++second) (void)good.look();
  CHECK_FALSE(good.rollback.on_trial());
}

TEST_CASE("auto rollback: one visitor, or a few, cannot bring it about however often they ask") {
  const int few = GENERATE(1, 7);
  Trial trial;
  trial.rollback.begin(trial.limits, nullptr);
  for (int second = 0; second < 60; ++second) {
    for (int round = 0; round < 100; ++round) {
      for (int number = 0; number < few; ++number) {
        for (const auto& watch : trial.watches) {
          watch->evaluation(true, Trial::address(number));
          watch->hinted("a.example", "/app.css", Trial::address(number));
          watch->answered("a.example", "/app.css", 404, Trial::address(number));
        }
      }
    }
    CHECK_FALSE(trial.look().bad);
  }
}
