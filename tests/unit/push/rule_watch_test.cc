// SPDX-License-Identifier: MIT
#include "push/rule_watch.h"

#include <bit>
#include <string>

#include <catch2/catch.hpp>

#include "unit/push/allocations.h"
#include "unit/push/support.h"

using namespace outrider::push;

namespace {

Rule with_functions(const std::string& name, int when, int hints) {
  Rule made = test::rule(name, {"/**"});
  made.when_function = when;
  made.hints_function = hints;
  return made;
}

using Sets = std::vector<std::shared_ptr<const RuleSet>>;

/// Two sites with rules of all sorts, and one without any.
Sets two_sites() {
  std::vector<Rule> shop{with_functions("cart", -1, 0), test::rule("declared", {"/"}), with_functions("news", 1, 2)};
  std::vector<Rule> blog{with_functions("cart", 3, -1)};
  return {std::make_shared<RuleSet>(std::move(shop)), nullptr, std::make_shared<RuleSet>(std::move(blog))};
}

std::string address(int number) {
  return "192.0.2." + std::to_string(number);
}

}  // namespace

TEST_CASE("rule watch: only rules with functions are watched, each by itself") {
  const Sets sets = two_sites();
  const auto rules = rules_with_functions(sets);
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].rule->name == "cart");
  CHECK(rules[1].rule->name == "news");
  CHECK(rules[2].site == 2);
  RuleWatch watch(sets, VisitorHash());
  REQUIRE(watch.size() == 3);
  watch.ran(*rules[0].rule, true, false, address(1));
  watch.ran(*rules[0].rule, true, true, address(1));
  watch.ran(*rules[2].rule, true, true, address(1));
  CHECK(watch.evaluations(0) == 2);
  CHECK(watch.failures(0) == 1);
  CHECK(watch.evaluations(1) == 0);
  CHECK(watch.evaluations(2) == 1);
  CHECK(watch.failures(2) == 1);
}

TEST_CASE("rule watch: a condition and its hints are one evaluation") {
  const Sets sets = two_sites();
  const Rule& news = *rules_with_functions(sets)[1].rule;
  RuleWatch watch(sets, VisitorHash());
  watch.ran(news, true, false, address(1));
  watch.ran(news, false, true, address(1));
  CHECK(watch.evaluations(1) == 1);
  CHECK(watch.failures(1) == 1);
}

TEST_CASE("rule watch: one visitor is one however often he asks, on whatever worker") {
  const Sets sets = two_sites();
  const Rule& cart = *rules_with_functions(sets)[0].rule;
  const VisitorHash visitors;
  RuleWatch one(sets, visitors), other(sets, visitors);
  for (int count = 0; count < 100; ++count) {
    one.ran(cart, true, true, address(1));
    other.ran(cart, true, true, address(1));
  }
  const auto seen = one.take_visitors(0), seen_by_other = other.take_visitors(0);
  CHECK(std::popcount(seen.failing) == 1);
  CHECK(seen.failing == seen.all);
  CHECK(seen.failing == seen_by_other.failing);
  CHECK(one.take_visitors(0).all == 0);  // they were taken
}

TEST_CASE("rule watch: visitors for whom it works count too, once it has failed") {
  const Sets sets = two_sites();
  const Rule& cart = *rules_with_functions(sets)[0].rule;
  RuleWatch watch(sets, VisitorHash());
  for (int number = 0; number < 30; ++number) watch.ran(cart, true, false, address(number));
  CHECK(watch.take_visitors(0).all == 0);
  watch.ran(cart, true, true, address(99));
  for (int number = 0; number < 30; ++number) watch.ran(cart, true, false, address(number));
  const auto seen = watch.take_visitors(0);
  CHECK(std::popcount(seen.failing) == 1);
  CHECK(std::popcount(seen.all) > 10);  // of 64 places for 31
}

TEST_CASE("rule watch: counting does not allocate for a rule that works") {
  const Sets sets = two_sites();
  const Rule& cart = *rules_with_functions(sets)[0].rule;
  RuleWatch watch(sets, VisitorHash());
  const auto before = test::allocations();
  watch.ran(cart, true, false, "192.0.2.1");
  CHECK(test::allocations() == before);
}
