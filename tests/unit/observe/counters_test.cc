// SPDX-License-Identifier: MIT
#include "observe/counters.h"

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::observe;

TEST_CASE("deliveries are counted by how and reason, and summed over workers") {
  DeliveryCounters one, two;
  one.add(push::How::push, push::Reason::sent);
  one.add(push::How::push, push::Reason::sent);
  one.add(push::How::link, push::Reason::client_disabled_push);
  two.add(push::How::push, push::Reason::sent);
  CHECK(one.count(push::How::push, push::Reason::sent) == 2);
  CHECK(one.count(push::How::link, push::Reason::sent) == 0);

  DeliverySums sums;
  add_to(sums, one);
  add_to(sums, two);
  CHECK(sums == DeliverySums{{"link", {{"client_disabled_push", 1}}}, {"push", {{"sent", 3}}}});
}

TEST_CASE("every reason of the table has a place of its own") {
  DeliveryCounters counters;
  for (const push::ReasonText& text : push::reasons()) counters.add(push::How::none, text.reason);
  DeliverySums sums;
  add_to(sums, counters);
  REQUIRE(sums.size() == 1);
  CHECK(sums.begin()->second.size() == push::reasons().size());
  for (const auto& [reason, count] : sums.begin()->second) CHECK(count == 1);
}
