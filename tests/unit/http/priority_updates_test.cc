// SPDX-License-Identifier: MIT
#include "http/guard/priority_updates.h"

#include <catch2/catch.hpp>

using namespace outrider::http;
using outrider::push::Priority;

TEST_CASE("the last update of a stream is handed out once") {
  PriorityUpdates updates;
  CHECK_FALSE(updates.take(1));
  updates.remember(1, Priority{5, {}});
  updates.remember(3, Priority{6, true});
  updates.remember(1, Priority{0, {}});
  CHECK(updates.size() == 2);
  CHECK(updates.take(1) == Priority{0, {}});
  CHECK_FALSE(updates.take(1));
  CHECK(updates.take(3) == Priority{6, true});
  CHECK(updates.size() == 0);
}

TEST_CASE("updates are counted above a stream and forgotten by stream") {
  PriorityUpdates updates;
  for (std::uint32_t stream = 1; stream <= 9; stream += 2) updates.remember(stream, {});
  CHECK(updates.count_above(0) == 5);
  CHECK(updates.count_above(5) == 2);
  CHECK(updates.count_above(9) == 0);
  updates.forget_if([](std::uint32_t stream) { return stream < 6; });
  CHECK(updates.size() == 2);
  CHECK_FALSE(updates.knows(5));
  CHECK(updates.knows(7));
}
