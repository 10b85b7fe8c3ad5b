// SPDX-License-Identifier: MIT
#include "app/admin/off_switches.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace outrider;
using namespace outrider::app;
using nlohmann::json;

namespace {

WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

OffSwitches::Entry entry(push::Switch what, std::int64_t since = 1, std::optional<std::int64_t> until = {}) {
  OffSwitches::Entry made{std::move(what), at(since), std::nullopt, "me"};
  if (until) made.until = at(*until);
  return made;
}

const push::Switch everything, shop{"shop.example", "", {}}, cart{"", "cart", {}}, pushes{"", "", push::How::push};

}  // namespace

TEST_CASE("off: an equal entry is replaced, others stay") {
  OffSwitches off;
  CHECK(off.switches() == nullptr);
  off.off(entry(shop, 1, 100));
  off.off(entry(cart, 2));
  off.off(entry(shop, 3));
  REQUIRE(off.entries().size() == 2);
  CHECK(off.entries()[0].what == cart);
  CHECK(off.entries()[1].since == at(3));
  CHECK_FALSE(off.entries()[1].until);
  REQUIRE(off.switches() != nullptr);
  CHECK(off.switches()->site_is_off("shop.example"));
  CHECK(off.switches()->rule_is_off("other", "cart"));
  CHECK_FALSE(off.switches()->rule_is_off("other", "home"));
}

TEST_CASE("on: takes back what is equal, and everything where nothing is named") {
  OffSwitches off;
  for (const push::Switch& what : {everything, shop, cart, pushes}) off.off(entry(what));
  CHECK(off.on({"shop.example", "cart", {}}) == 0);
  CHECK(off.on(shop) == 1);
  CHECK(off.on(shop) == 0);
  CHECK(off.entries().size() == 3);
  CHECK(off.on({}) == 3);
  CHECK(off.entries().empty());
  CHECK(off.switches() == nullptr);
  CHECK(off.on({}) == 0);
}

TEST_CASE("off: what has run out is taken back, at its moment and not before") {
  OffSwitches off;
  off.off(entry(shop, 1, 100));
  off.off(entry(cart, 1));
  off.off(entry(pushes, 1, 50));
  CHECK(off.expire(at(49)).empty());
  const auto first = off.expire(at(50));
  REQUIRE(first.size() == 1);
  CHECK(first[0].what == pushes);
  CHECK(off.expire(at(50)).empty());
  CHECK(off.expire(at(1'000)).size() == 1);
  REQUIRE(off.entries().size() == 1);
  CHECK(off.entries()[0].what == cart);
}

TEST_CASE("off: outlives the process as JSON") {
  OffSwitches off;
  off.off(entry({"shop.example", "a \"rule\"", push::How::early_hints}, 5, 100));
  off.off(entry(everything, 6));
  const OffSwitches again = OffSwitches::from_json(json::parse(off.to_json().dump()));
  REQUIRE(again.entries().size() == 2);
  for (std::size_t index = 0; index < 2; ++index) {
    const auto& one = off.entries()[index];
    const auto& other = again.entries()[index];
    CHECK(one.what == other.what);
    CHECK(one.since == other.since);
    CHECK(one.until == other.until);
    CHECK(one.who == other.who);
  }
}

TEST_CASE("off: what cannot be read is left out, and takes nothing else along") {
  for (const char* garbage : {"null", "5", "{}", "\"x\"", "[1, null, [], {}]", R"([{"site": ""}])",
                              R"([{"site": 7, "rule": "", "since": 1, "who": ""}])",
                              R"([{"site": "", "rule": "", "since": "then", "who": ""}])",
                              R"([{"site": "", "rule": "", "since": 1, "until": {}, "who": ""}])",
                              R"([{"site": "", "rule": "", "delivery": 3, "since": 1, "who": ""}])"}) {
    INFO(garbage);
    CHECK(OffSwitches::from_json(json::parse(garbage)).entries().empty());
  }
  const auto mixed =
      OffSwitches::from_json(json::parse(R"([{"site": 7}, {"site": "", "rule": "cart", "since": 1, "who": "me"}, 3])"));
  REQUIRE(mixed.entries().size() == 1);
  CHECK(mixed.entries()[0].what == cart);
}

TEST_CASE("off: a way that this version does not know is off with all others, and times are the clock's") {
  const auto off = OffSwitches::from_json(json::parse(
      R"([{"site": "s", "rule": "", "delivery": "pigeon", "since": -5, "until": 9223372036854775807, "who": ""}])"));
  REQUIRE(off.entries().size() == 1);
  CHECK_FALSE(off.entries()[0].what.delivery);
  CHECK(off.entries()[0].since == at(0));
  CHECK(*off.entries()[0].until > at(9'000'000'000));
}

TEST_CASE("what is off, in words") {
  CHECK(describe({}) == "all hints");
  CHECK(describe({"shop.example", "", {}}) == "site shop.example");
  CHECK(describe({"", "cart", {}}) == "rule \"cart\"");
  CHECK(describe({"", "", push::How::link}) == "link");
  CHECK(describe({"shop.example", "cart", push::How::push}) == "push of rule \"cart\" of site shop.example");
}
