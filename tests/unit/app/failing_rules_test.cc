// SPDX-License-Identifier: MIT
#include "app/reload/failing_rules.h"

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::app;
using namespace std::chrono_literals;

namespace {

push::Rule failing_rule(const std::string& name, int function) {
  push::Rule rule;
  rule.name = name;
  rule.place = {"rules/shop.lua", 12};
  rule.hints_function = function;
  return rule;
}

/// A generation of two workers and two sites, each with the rules "cart" and "news", and who visits it.
struct World {
  World() {
    auto config = std::make_shared<config::Config>();
    config->limits.failing_rules = {50, 10, 20, 8};
    config->sites.resize(2);
    config->sites[0].name = "shop.example";
    config->sites[1].name = "blog.example";
    generation.config = config;
    auto rules = std::make_shared<push::WorkerRules>();
    for (int site = 0; site < 2; ++site) {
      std::vector<push::Rule> both{failing_rule("cart", 2 * site), failing_rule("news", 2 * site + 1)};
      rules->sets.push_back(std::make_shared<push::RuleSet>(std::move(both)));
    }
    const push::VisitorHash visitors;
    for (int worker = 0; worker < 2; ++worker) {
      generation.workers.push_back(rules);
      generation.rule_watches.push_back(std::make_shared<push::RuleWatch>(rules->sets, visitors));
    }
    watched.begin(generation);
  }

  const push::Rule& rule(std::size_t site, std::size_t index) const {
    return generation.workers[0]->sets[site]->rules()[index];
  }
  /// Visitors with the numbers [first, last) ask once each, of one worker or the other.
  void visit(const push::Rule& rule, int first, int last, bool fails) {
    for (int number = first; number < last; ++number) {
      const std::string address = "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250);
      generation.rule_watches[static_cast<std::size_t>(number % 2)]->ran(rule, true, fails, address);
    }
  }
  std::vector<FailingRules::Found> look(bool judge = true) {
    clock.advance(1s);
    return watched.look(judge);
  }
  /// The seconds until a rule was switched off while `each_second` goes on; 0 = it was not.
  int until_off(int seconds, const std::function<void()>& each_second) {
    for (int second = 1; second <= seconds; ++second) {
      each_second();
      found = look();
      if (!found.empty()) return second;
    }
    return 0;
  }
  /// Twenty visitors a second, for all of whom the shop's cart fails.
  std::function<void()> broken_cart() {
    return [this] { visit(rule(0, 0), 0, 20, true); };
  }

  ManualClock clock;
  Generation generation;
  FailingRules watched{clock};
  std::vector<FailingRules::Found> found;
};

}  // namespace

TEST_CASE("failing rules: one that fails for many is switched off after a window, alone and once") {
  World world;
  CHECK(world.until_off(30, [&] {
    world.broken_cart()();
    world.visit(world.rule(0, 1), 0, 20, false);
    world.visit(world.rule(1, 0), 0, 20, false);
  }) == 11);
  REQUIRE(world.found.size() == 1);
  CHECK(world.found[0].rule == &world.rule(0, 0));
  CHECK(world.found[0].site == "shop.example");
  CHECK(world.found[0].why == "200 of 200 evaluations failed");
  REQUIRE(world.watched.entries().size() == 1);
  const OffSwitches::Entry& entry = world.watched.entries()[0];
  CHECK(entry.what == push::Switch{"shop.example", "cart", {}});
  CHECK(entry.who == "the server: 200 of 200 evaluations failed");
  CHECK(entry.since == world.clock.wall());
  CHECK_FALSE(entry.until);
  CHECK(world.until_off(30, [] {}) == 0);
}

TEST_CASE("failing rules: the share counts, of the window alone") {
  World world;
  const auto share = [&](int failing) {
    return [&world, failing] {
      // Everybody sees it fail at times.
      for (int round = 0; round < 10; ++round) world.visit(world.rule(0, 0), 0, 20, round < failing);
    };
  };
  CHECK(world.until_off(60, share(4)) == 0);
  const int seconds = world.until_off(60, share(10));
  CHECK(seconds > 0);
  CHECK(seconds < 10);  // what was counted before is part of the window
}

TEST_CASE("failing rules: one visitor, or a few, cannot have a rule switched off however often they ask") {
  World world;
  const int few = GENERATE(1, 7);
  CHECK(world.until_off(60, [&] {
    for (int round = 0; round < 200; ++round) world.visit(world.rule(0, 0), 0, few, true);
    world.visit(world.rule(0, 0), 100, 103, false);
  }) == 0);
}

TEST_CASE("failing rules: many visitors that make it fail are outnumbered by those for whom it works") {
  World world;
  CHECK(world.until_off(60, [&] {
    for (int round = 0; round < 200; ++round) world.visit(world.rule(0, 0), 0, 12, true);
    world.visit(world.rule(0, 0), 100, 140, false);
  }) == 0);
}

TEST_CASE("failing rules: those for whom it works are waited for") {
  World world;
  world.visit(world.rule(0, 0), 0, 1, true);
  (void)world.look();
  // At first nobody else comes; a burst alone decides nothing.
  for (int round = 0; round < 200; ++round) world.visit(world.rule(0, 0), 0, 12, true);
  for (int second = 0; second < 8; ++second) CHECK(world.look().empty());
  world.visit(world.rule(0, 0), 100, 140, false);
  CHECK(world.until_off(30, [] {}) == 0);
}

TEST_CASE("failing rules: too few evaluations decide nothing, and no limit is no judgement") {
  World world;
  CHECK(world.until_off(60, [&, number = 0]() mutable {
    world.visit(world.rule(0, 0), number, number + 1, true);
    ++number;
  }) == 0);
  auto config = std::make_shared<config::Config>(*world.generation.config);
  config->limits.failing_rules.percent = 0;
  world.generation.config = config;
  world.watched.begin(world.generation);
  CHECK(world.until_off(60, world.broken_cart()) == 0);
}

TEST_CASE("failing rules: a generation on trial is left alone, and what was counted then holds") {
  World world;
  for (int second = 0; second < 30; ++second) {
    world.broken_cart()();
    CHECK(world.look(false).empty());
  }
  CHECK(world.until_off(30, world.broken_cart()) == 1);
}

TEST_CASE("failing rules: on takes it back, and it is judged anew") {
  World world;
  REQUIRE(world.until_off(30, world.broken_cart()) > 0);
  CHECK(world.watched.on({"blog.example", "", {}}) == 0);
  CHECK(world.watched.on({"blog.example", "cart", {}}) == 0);
  CHECK(world.watched.on({"", "news", {}}) == 0);
  CHECK(world.watched.on({"", "cart", push::How::push}) == 0);
  SECTION("by its name") {
    CHECK(world.watched.on({"", "cart", {}}) == 1);
  }
  SECTION("by its site too") {
    CHECK(world.watched.on({"shop.example", "cart", {}}) == 1);
  }
  SECTION("with everything") {
    CHECK(world.watched.on({}) == 1);
  }
  CHECK(world.watched.entries().empty());
  CHECK(world.until_off(30, [] {}) == 0);
  CHECK(world.until_off(30, world.broken_cart()) > 0);
}

TEST_CASE("failing rules: the next generation begins with all of its rules") {
  World world;
  REQUIRE(world.until_off(30, world.broken_cart()) > 0);
  world.watched.begin(world.generation);
  CHECK(world.watched.entries().empty());
}
