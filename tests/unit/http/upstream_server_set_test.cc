// SPDX-License-Identifier: MIT
#include "http/upstream/server_set.h"

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::http::upstream;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const std::vector<bool> none_tried{false, false, false};

}  // namespace

TEST_CASE("servers take turns") {
  ManualClock clock;
  ServerSet servers(3, 3, seconds(10));
  std::vector<std::size_t> picked;
  for (int i = 0; i != 6; ++i) picked.push_back(*servers.pick(clock.steady(), none_tried));
  CHECK(picked == std::vector<std::size_t>{0, 1, 2, 0, 1, 2});
}

TEST_CASE("a server that was tried is not picked again") {
  ManualClock clock;
  ServerSet servers(3, 3, seconds(10));
  CHECK(servers.pick(clock.steady(), {true, true, false}) == 2u);
  CHECK_FALSE(servers.pick(clock.steady(), {true, true, true}));
}

TEST_CASE("failures in a row send a server to rest for a while") {
  ManualClock clock;
  clock.advance(seconds(100));
  ServerSet servers(3, 2, seconds(10));
  CHECK_FALSE(servers.failed(0, clock.steady()));
  servers.succeeded(0);
  CHECK_FALSE(servers.failed(0, clock.steady()));
  CHECK(servers.failed(0, clock.steady()));
  CHECK(servers.resting(0, clock.steady()));
  for (int i = 0; i != 4; ++i) CHECK(servers.pick(clock.steady(), none_tried) != 0u);
  clock.advance(seconds(10));
  CHECK_FALSE(servers.resting(0, clock.steady()));

  SECTION("one more failure after the rest is enough") {
    CHECK(servers.failed(0, clock.steady()));
    CHECK(servers.resting(0, clock.steady()));
  }
  SECTION("a success clears it") {
    servers.succeeded(0);
    CHECK_FALSE(servers.failed(0, clock.steady()));
  }
}

TEST_CASE("when all rest, the one that failed longest ago is asked anyway") {
  ManualClock clock;
  clock.advance(seconds(100));
  ServerSet servers(3, 1, seconds(10));
  servers.failed(1, clock.steady());
  clock.advance(milliseconds(1));
  servers.failed(0, clock.steady());
  clock.advance(milliseconds(1));
  servers.failed(2, clock.steady());
  CHECK(servers.pick(clock.steady(), none_tried) == 1u);
  CHECK(servers.pick(clock.steady(), {false, true, false}) == 0u);
}

TEST_CASE("with max_failures 0 no server rests") {
  ManualClock clock;
  clock.advance(seconds(100));
  ServerSet servers(1, 0, seconds(10));
  for (int i = 0; i != 5; ++i) CHECK_FALSE(servers.failed(0, clock.steady()));
  CHECK_FALSE(servers.resting(0, clock.steady()));
}
