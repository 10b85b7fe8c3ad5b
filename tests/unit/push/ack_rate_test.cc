// SPDX-License-Identifier: MIT
#include "push/ack_rate.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <limits>

#include "unit/push/link_model.h"

using namespace outrider::push;
using namespace std::chrono_literals;
using outrider::push::test::LinkModel;

namespace {

constexpr std::uint32_t mss = 1'448;

/// A connection whose acknowledgements a test makes up.
class Acks {
 public:
  /// So many segments, acknowledged by so many acknowledgements, since the sample before.
  Acks& at(std::chrono::milliseconds when, unsigned segments, unsigned acknowledgements) {
    total_.bytes += std::uint64_t{segments} * mss;
    total_.segments += acknowledgements;
    rate_.sample(when, total_);
    return *this;
  }
  std::uint64_t rate() const { return rate_.bytes_per_second(); }

 private:
  Acknowledged total_{7'000, 20, mss};
  AckRate rate_;
};

/// The most that is made of a link that is kept full for a second and asked each `every_s`.
double most_shown(double bytes_per_second, double rtt_s, double every_s) {
  LinkModel link(bytes_per_second, rtt_s);
  link.write(1e9);
  double most = 0;
  for (double next_s = 0; link.now_s() < 1; link.advance()) {
    if (link.now_s() < next_s) continue;
    link.sample_acknowledgements();
    most = std::max(most, link.acknowledged_rate());
    next_s += every_s;
  }
  return most;
}

}  // namespace

TEST_CASE("before anything was acknowledged no rate is known") {
  CHECK(AckRate().bytes_per_second() == 0);
  CHECK(Acks().at(0ms, 10, 5).rate() == 0);  // it came at some time before
  CHECK(Acks().at(0ms, 0, 0).at(5ms, 0, 0).at(10ms, 0, 3).rate() == 0);
}

TEST_CASE("the rate is what came behind the first acknowledgement, by the time that it took") {
  // Eight of ten segments in 20 ms.
  CHECK(Acks().at(0ms, 0, 0).at(5ms, 2, 1).at(10ms, 2, 1).at(15ms, 4, 2).at(20ms, 2, 1).rate() == 8 * mss * 50);
}

TEST_CASE("a time without progress is not part of a stretch that is better without it") {
  CHECK(Acks().at(0ms, 0, 0).at(5ms, 2, 1).at(100ms, 0, 0).at(105ms, 4, 2).at(110ms, 4, 2).rate() == 6 * mss * 100);
}

TEST_CASE("fewer than four segments behind the first acknowledgement show nothing") {
  CHECK(Acks().at(0ms, 0, 0).at(5ms, 2, 1).at(10ms, 3, 2).rate() == 0);
  CHECK(Acks().at(0ms, 0, 0).at(5ms, 2, 1).at(10ms, 4, 2).rate() == 4 * mss * 100);
}

TEST_CASE("what comes within one sample counts as ten milliseconds") {
  CHECK(Acks().at(0ms, 0, 0).at(1ms, 12, 6).rate() == 10 * mss * 100);
}

TEST_CASE("acknowledgements of many segments show less, and a single one nothing") {
  CHECK(Acks().at(0ms, 0, 0).at(10ms, 20, 1).rate() == 0);
  CHECK(Acks().at(0ms, 0, 0).at(10ms, 20, 2).rate() == 10 * mss * 100);
  CHECK(Acks().at(0ms, 0, 0).at(10ms, 20, 0).rate() == 0);
}

TEST_CASE("the best of the last samples counts, and what was long ago is forgotten") {
  Acks acks;
  acks.at(0ms, 0, 0).at(10ms, 22, 11);
  CHECK(acks.rate() == 20 * mss * 100);
  std::chrono::milliseconds when = 100ms;
  for (int i = 0; i != 31; ++i) acks.at(when += 100ms, 2, 1);
  CHECK(acks.rate() == 20 * mss * 100);
  acks.at(when += 100ms, 2, 1);
  CHECK(acks.rate() < 20 * mss * 10);
}

TEST_CASE("a clock that stands or goes back, and counters that do, show nothing") {
  AckRate rate;
  rate.sample(10ms, {10'000, 1, mss});
  rate.sample(10ms, {90'000, 9, mss});
  rate.sample(5ms, {90'000, 9, mss});
  CHECK(rate.bytes_per_second() == 0);
  rate.sample(15ms, {90'000, 15, mss});
  CHECK(rate.bytes_per_second() > 0);
  rate.sample(20ms, {5'000, 9, mss});
  CHECK(rate.bytes_per_second() == 0);
  rate.sample(30ms, {5'000 + 12 * mss, 15, mss});
  CHECK(rate.bytes_per_second() == 10 * mss * 100);
}

TEST_CASE("the counter of segments may wrap") {
  AckRate rate;
  rate.sample(0ms, {0, std::numeric_limits<std::uint32_t>::max() - 1, mss});
  rate.sample(10ms, {12 * mss, 4, mss});
  CHECK(rate.bytes_per_second() == 10 * mss * 100);
}

TEST_CASE("of a link that is kept full its rate is shown, and no more") {
  for (const double mbit : {1.0, 5.0, 10.0, 50.0}) {
    for (const double rtt_s : {0.02, 0.1}) {
      for (const double every_s : {0.002, 0.005, 0.02}) {
        CAPTURE(mbit, rtt_s, every_s);
        const double rate = mbit * 125'000, shown = most_shown(rate, rtt_s, every_s);
        CHECK(shown <= rate * 1.01);
        CHECK(shown >= rate * 0.75);
      }
    }
  }
}
