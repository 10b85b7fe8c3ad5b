// SPDX-License-Identifier: MIT
#include "push/switches.h"

#include <catch2/catch.hpp>

using namespace outrider::push;

TEST_CASE("nothing is off where nobody switched anything off") {
  const Switches none;
  CHECK(none.empty());
  CHECK_FALSE(none.site_is_off("a.example"));
  CHECK_FALSE(none.rule_is_off("a.example", "home"));
  CHECK_FALSE(none.delivery_is_off("a.example", "home", How::push));
}

TEST_CASE("an empty switch turns everything off") {
  const Switches all(std::vector<Switch>{{"", "", {}}});
  CHECK_FALSE(all.empty());
  CHECK(all.site_is_off("a.example"));
  CHECK(all.rule_is_off("a.example", "home"));
  CHECK(all.delivery_is_off("a.example", "home", How::link));
  CHECK(all.delivery_is_off("a.example", "", How::push));
}

TEST_CASE("a site is off with its rules and deliveries, others are not") {
  const Switches site(std::vector<Switch>{{"a.example", "", {}}});
  CHECK(site.site_is_off("a.example"));
  CHECK(site.rule_is_off("a.example", "home"));
  CHECK(site.delivery_is_off("a.example", "home", How::early_hints));
  CHECK_FALSE(site.site_is_off("b.example"));
  CHECK_FALSE(site.rule_is_off("b.example", "home"));
  CHECK_FALSE(site.delivery_is_off("b.example", "home", How::early_hints));
}

TEST_CASE("a rule is off by its name, on its site or on all") {
  const Switches rules(std::vector<Switch>{{"a.example", "home", {}}, {"", "shop", {}}});
  CHECK_FALSE(rules.site_is_off("a.example"));
  CHECK(rules.rule_is_off("a.example", "home"));
  CHECK_FALSE(rules.rule_is_off("b.example", "home"));
  CHECK(rules.rule_is_off("a.example", "shop"));
  CHECK(rules.rule_is_off("b.example", "shop"));
  CHECK_FALSE(rules.rule_is_off("a.example", "other"));
  // What the application says belongs to no rule.
  CHECK_FALSE(rules.delivery_is_off("a.example", "", How::push));
}

TEST_CASE("a delivery is off, and rules go on") {
  const Switches deliveries(std::vector<Switch>{{"", "", How::push}, {"a.example", "home", How::early_hints}});
  CHECK_FALSE(deliveries.site_is_off("a.example"));
  CHECK_FALSE(deliveries.rule_is_off("a.example", "home"));
  CHECK(deliveries.delivery_is_off("b.example", "any", How::push));
  CHECK(deliveries.delivery_is_off("b.example", "", How::push));
  CHECK_FALSE(deliveries.delivery_is_off("b.example", "any", How::early_hints));
  CHECK(deliveries.delivery_is_off("a.example", "home", How::early_hints));
  CHECK_FALSE(deliveries.delivery_is_off("a.example", "", How::early_hints));
  CHECK_FALSE(deliveries.delivery_is_off("a.example", "home", How::link));
}
