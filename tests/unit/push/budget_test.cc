// SPDX-License-Identifier: MIT
#include "push/budget.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <limits>

using namespace outrider::push;
using namespace std::chrono_literals;

namespace {

constexpr Link link_100ms{14'600, 100ms};

/// A connection over link_100ms that has carried this many bytes per second lately, with the link as the limit.
Transit transit(std::uint64_t bytes_per_second, std::uint64_t queued_bytes = 0) {
  Transit result;
  result.link = link_100ms;
  result.bytes_per_second = bytes_per_second;
  result.queued_bytes = queued_bytes;
  return result;
}

/// A page that is due in this time and needs no room.
ComingPage due(std::chrono::microseconds left) {
  return {left, 0};
}

}  // namespace

TEST_CASE("without think time the budget is what two round trips carry") {
  CHECK(budget_of(link_100ms, {}) == 3 * 14'600);
  CHECK(budget_of(link_100ms, 0us) == 3 * 14'600);
  CHECK(budget_of(link_100ms, -5s) == 3 * 14'600);
}

TEST_CASE("the budget doubles with each round trip of think time, three times at most") {
  CHECK(budget_of(link_100ms, 100ms) == 7 * 14'600);
  CHECK(budget_of(link_100ms, 200ms) == 15 * 14'600);
  CHECK(budget_of(link_100ms, 300ms) == 31 * 14'600);
  CHECK(budget_of(link_100ms, 10min) == 31 * 14'600);
  const std::uint64_t half = budget_of(link_100ms, 50ms);
  CHECK(half > 3 * 14'600);
  CHECK(half < 7 * 14'600);
}

TEST_CASE("promises have what a page that fits in the window leaves of its segments") {
  CHECK(promise_room(link_100ms, {}, 1'000) == 9 * 1'448);
  CHECK(promise_room(link_100ms, 100ms, 8'000) == 4 * 1'448);
  CHECK(promise_room(link_100ms, 100ms, 12'300) == 1'448);
  CHECK(promise_room(link_100ms, 124ms, 12'400) == 0);
  CHECK(promise_room(link_100ms, 0ms, 14'000) == 0);
  CHECK(promise_room(link_100ms, -1s, 14'040) == 0);
}

TEST_CASE("where they are acknowledged before the page, or the page comes in several flights, promises need no room") {
  CHECK(promise_room(link_100ms, 125ms, 14'000) == std::nullopt);
  CHECK(promise_room(link_100ms, 0ms, 14'100) == std::nullopt);
  CHECK(promise_room(link_100ms, 0ms, 60'000) == std::nullopt);
  CHECK(promise_room(link_100ms, 0ms, std::numeric_limits<std::uint64_t>::max()) == std::nullopt);
  CHECK(promise_room(link_100ms, 0ms, {}) == std::nullopt);
}

TEST_CASE("links that no kernel would report do no harm") {
  CHECK(budget_of(Link{14'600, 0us}, 1ms) == 7 * 14'600);
  CHECK(budget_of(Link{14'600, -5ms}, 1ms) == 7 * 14'600);
  CHECK(budget_of(Link{0, 100ms}, {}) == 3 * 14'600);
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK(budget_of(Link{most, 0us}, std::chrono::microseconds::max()) > 1'000'000'000);
  Transit wild{Link{most, 0us}, 0, most, false, 0us, most};
  const ComingPage late{std::chrono::microseconds::max(), 0};
  CHECK(grant(wild, late) > 1'000'000'000);
  CHECK(grant(wild, ComingPage{1us, most}) == 0);
  wild.queued_bytes = most;
  CHECK(grant(wild, late) == 0);
  CHECK(grant(wild, ComingPage{}) == 0);
  CHECK(page_room(most, most) > 0);
  CHECK(page_room(0, 0) == 0);
}

TEST_CASE("what is left of the think time is the rest of it, or a little where it is overdue or unknown") {
  CHECK(think_left(300ms, 0ms) == 300ms);
  CHECK(think_left(300ms, 100ms) == 200ms);
  CHECK(think_left(300ms, 320ms) == 10ms);
  CHECK(think_left(300ms, 300ms) < 10ms);
  CHECK(think_left({}, 0ms) == 0ms);
  CHECK(think_left({}, 640ms) == 20ms);
  CHECK(think_left({}, -1s) == 0ms);
}

TEST_CASE("of a fresh connection no more is believed than 1 Mbit/s, and one window is the most") {
  Transit fresh{link_100ms, 0, 0, false, 100ms, 0};
  CHECK(grant(fresh, due(50ms)) == 5'000);
  CHECK(grant(fresh, due(100ms)) == 10'000);
  CHECK(grant(fresh, due(10s)) == 14'600);
  SECTION("what a handshake has measured is no limit") {
    fresh.bytes_per_second = 30'000;
    fresh.rate_is_floor = true;
    CHECK(grant(fresh, due(50ms)) == 5'000);
  }
  SECTION("what the link has shown as its limit is one") {
    fresh.bytes_per_second = 30'000;
    CHECK(grant(fresh, due(50ms)) == 1'200);
  }
}

TEST_CASE("what is queued already is taken off") {
  CHECK(grant(transit(100'000), due(100ms)) == 8'000);
  CHECK(grant(transit(100'000, 3'000), due(100ms)) == 5'000);
  CHECK(grant(transit(100'000, 8'000), due(100ms)) == 0);
  CHECK(grant(transit(100'000, 800'000), due(100ms)) == 0);
}

TEST_CASE("less than a segment goes only where nothing is queued") {
  CHECK(grant(transit(100'000), due(10ms)) == 800);
  CHECK(grant(transit(100'000, 1), due(10ms)) == 0);
  CHECK(grant(transit(100'000, 6'552), due(100ms)) == 1'448);
  CHECK(grant(transit(100'000, 6'553), due(100ms)) == 0);
}

TEST_CASE("nothing goes when the page is due") {
  CHECK(grant(transit(100'000), due(0ms)) == 0);
  CHECK(grant(transit(100'000), due(-1s)) == 0);
}

TEST_CASE("the window keeps the page's room from 5/4 of a round trip before it comes") {
  const Transit fast = transit(10'000'000);
  CHECK(grant(fast, {126ms, 10'000}) == 14'600);
  CHECK(grant(fast, {124ms, 10'000}) == 4'600);
  CHECK(grant(fast, {124ms, 14'600}) == 0);
  CHECK(grant(fast, {124ms, 1'000'000}) == 0);
  CHECK(grant(transit(10'000'000, 2'600), {124ms, 10'000}) == 2'000);
}

TEST_CASE("a page's room is what it would have had without pushes, and all of that where nothing is known") {
  CHECK(page_room({}, 14'600) == 14'600);
  CHECK(page_room(0, 14'600) == 1'448);
  CHECK(page_room(6'400, 14'600) == 6'400 + 200 + 1'448);
  CHECK(page_room(14'000, 14'600) == 14'600);
  CHECK(page_room(60'000, 14'600) == 14'600);
  CHECK(page_room(60'000, 1'000'000) == 60'000 + 1'875 + 1'448);
}

TEST_CASE("what acknowledgements show counts for more than the delivery rate, as far as that lets it") {
  Transit shown = transit(40'000);
  shown.least_rtt = 100ms;
  CHECK(grant(shown, due(100ms)) == 3'200);
  shown.acked_bytes_per_second = 100'000;
  CHECK(grant(shown, due(100ms)) == 8'000);
  SECTION("not what is less") {
    shown.acked_bytes_per_second = 10'000;
    CHECK(grant(shown, due(100ms)) == 3'200);
  }
  SECTION("eight times it at most") {
    shown.acked_bytes_per_second = 10'000'000;
    CHECK(grant(shown, due(40ms)) == 10'240);
  }
  SECTION("less where the last of a flight had to wait") {
    shown.acked_bytes_per_second = 10'000'000;
    shown.least_rtt = 50ms;  // half of the round trip was waiting: twice
    CHECK(grant(shown, due(100ms)) == 6'400);
    shown.least_rtt = 1ms;
    CHECK(grant(shown, due(10s)) == 1'303);  // 40,404 × (1 ms + 1/32 s)
  }
  SECTION("nor where the shortest round trip is not known") {
    shown.acked_bytes_per_second = 10'000'000;
    shown.least_rtt = 0us;
    CHECK(grant(shown, due(40ms)) == 10'240);
  }
}

TEST_CASE("a queue is never longer than the link needs, however late the page is") {
  Transit bloated{Link{10'000'000, 2s}, 0, 125'000, false, 20ms, 0};
  CHECK(grant(bloated, due(60s)) == 6'406);  // 125,000 × (20 ms + 1/32 s)
  bloated.least_rtt = 200ms;
  CHECK(grant(bloated, due(60s)) == 37'500);  // 125,000 × 300 ms
}

TEST_CASE("ahead of a streamed page goes what the link carries in a thirty-second of a second") {
  CHECK(grant(transit(128'000), ComingPage{}) == 4'000);
  CHECK(grant(transit(128'000, 1'500), ComingPage{}) == 2'500);
  CHECK(grant(transit(128'000, 4'001), ComingPage{}) == 0);
  CHECK(grant(transit(0), ComingPage{}) == 3'906);
  CHECK(grant(Transit{Link{1'000, 1ms}, 0, 100'000'000, false, 0us, 0}, ComingPage{}) == 800);
}
