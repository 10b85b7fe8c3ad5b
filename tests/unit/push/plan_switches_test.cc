// SPDX-License-Identifier: MIT
// What an operator has switched off, in the delivery table.
#include "push/plan.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "push/switches.h"
#include "unit/push/plan_bench.h"

using namespace outrider::push;
using namespace outrider::push::test;

namespace {

/// The way of one style hint of rule "home" on site "www", with these things off.
std::string with_off(Bench& bench, std::vector<Switch> off) {
  const Switches switches(std::move(off));
  bench.rule.name = "home";
  bench.situation.switches = &switches;
  bench.situation.site = "www";
  const std::string way = bench.style();
  bench.situation.switches = nullptr;
  return way;
}

}  // namespace

TEST_CASE("push that is switched off falls to Link") {
  Bench bench;
  bench.accepting_push();
  CHECK(with_off(bench, {}) == "push sent");
  CHECK(with_off(bench, {{"", "", How::push}}) == "link switched_off");
  CHECK(with_off(bench, {{"www", "home", How::push}}) == "link switched_off");
  CHECK(with_off(bench, {{"www", "other", How::push}}) == "push sent");
  CHECK(with_off(bench, {{"shop", "", How::push}}) == "push sent");
  CHECK(with_off(bench, {{"", "", How::early_hints}, {"", "", How::link}}) == "push sent");
  const Switches switches(std::vector<Switch>{{"", "", How::push}});
  bench.situation.switches = &switches;
  CHECK(bench.push_only() == "none switched_off");
  // What would not be pushed anyway has its own reason.
  bench.test.request.client.accepts_push = false;
  CHECK(bench.push_only() == "none client_disabled_push");
}

TEST_CASE("a 103 that is switched off falls to Link") {
  Bench bench;
  CHECK(with_off(bench, {}) == "early_hints sent");
  CHECK(with_off(bench, {{"", "", How::early_hints}}) == "link switched_off");
  CHECK(with_off(bench, {{"", "", How::push}, {"", "", How::link}}) == "early_hints sent");
}

TEST_CASE("Link that is switched off is nothing") {
  Bench bench(chromium_agent, false);
  CHECK(with_off(bench, {}) == "link not_navigation");
  CHECK(with_off(bench, {{"", "", How::link}}) == "none switched_off");
  bench.accepting_push();
  CHECK(with_off(bench, {{"", "", How::push}, {"", "", How::link}}) == "none switched_off");
  bench.test.request.method = "HEAD";
  CHECK(with_off(bench, {{"", "home", How::link}}) == "none switched_off");
}

TEST_CASE("what the application says is switched off with all rules, but its own Link field stays") {
  Bench bench;
  bench.accepting_push();
  bench.list.add(hint(Kind::style, "/a.css"), nullptr);
  const auto way = [&](std::vector<Switch> off) {
    const Switches switches(std::move(off));
    bench.situation.switches = &switches;
    const Plan result = bench.run();
    bench.situation.switches = nullptr;
    return std::string(name_of(result.deliveries.at(0).how)) + " " + std::string(name_of(result.deliveries[0].reason));
  };
  CHECK(way({{"", "", How::push}}) == "link switched_off");
  CHECK(way({{"", "home", How::push}}) == "push sent");
  CHECK(way({{"", "", How::push}, {"", "", How::link}}) == "link switched_off");
}
