// SPDX-License-Identifier: MIT
#include "http/guard/frame_counts.h"

#include <catch2/catch.hpp>

using namespace outrider::http;
using outrider::config::Limits;

namespace {

Limits resets(std::uint32_t most) {
  Limits limits;
  limits.resets_per_10s = most;
  return limits;
}

}  // namespace

TEST_CASE("resets are counted within the window") {
  const auto limits = resets(100);
  FrameCounts counts;
  for (int i = 0; i != 100; ++i) REQUIRE(counts.reset_by_client(1'000, limits));
  CHECK_FALSE(counts.reset_by_client(1'001, limits));
}

TEST_CASE("a slow client may reset for ever") {
  const auto limits = resets(100);
  FrameCounts counts;
  for (std::uint64_t second = 0; second != 1'000; ++second) {
    for (int i = 0; i != 9; ++i) REQUIRE(counts.reset_by_client(second * 1'000, limits));
  }
}

TEST_CASE("a burst over the seam of the window's halves counts as one") {
  const auto limits = resets(100);
  FrameCounts counts;
  for (int i = 0; i != 60; ++i) REQUIRE(counts.reset_by_client(4'999, limits));
  bool cut = false;
  for (int i = 0; i != 60; ++i) cut = cut || !counts.reset_by_client(5'000, limits);
  CHECK(cut);
}

TEST_CASE("stream errors have a count of their own") {
  const auto limits = resets(10);
  FrameCounts counts;
  CHECK(counts.stream_errors(0, 10, limits));
  CHECK(counts.reset_by_client(0, limits));
  CHECK_FALSE(counts.stream_errors(0, 1, limits));
}

TEST_CASE("frames that ask for nothing are counted, beside some for each request and for what was sent") {
  Limits limits;
  limits.frames_per_10s = 10;
  FrameCounts counts;
  const auto more = [&](int count) {
    for (int i = 0; i != count; ++i) REQUIRE(counts.idle_frame(0, limits));
  };
  more(10);
  CHECK_FALSE(counts.idle_frame(0, limits));
  counts.request_by_client(0);
  more(3);
  CHECK_FALSE(counts.idle_frame(0, limits));
  counts.sent(0, 64);
  more(3);
  CHECK_FALSE(counts.idle_frame(0, limits));
  CHECK(counts.reset_by_client(0, limits));
  CHECK(counts.idle_frame(2 * FrameCounts::window_ms, limits));
}
