// SPDX-License-Identifier: MIT
// Calls are ended by the CPU time of their own thread, once, and never the wrong one.
#include "script/watchdog.h"

#include <time.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>
#include <vector>

using namespace outrider::script;
using namespace std::chrono_literals;

namespace {

std::chrono::nanoseconds cpu_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

struct Stop {
  std::atomic<int> calls{0};
  static void now(void* self) { ++static_cast<Stop*>(self)->calls; }
};

void burn_until(const Stop& stop, std::chrono::nanoseconds at_most) {
  const auto begin = cpu_time();
  while (stop.calls == 0 && cpu_time() - begin < at_most) {
  }
}

}  // namespace

TEST_CASE("a call past its limit is interrupted once", "[script][watchdog]") {
  Watchdog watchdog;
  Stop stop;
  Watchdog::Guard guard(watchdog, Stop::now, &stop);
  const auto begin = cpu_time();
  guard.begin(5ms);
  burn_until(stop, 5s);
  const auto used = cpu_time() - begin;
  CHECK(guard.fired());
  std::this_thread::sleep_for(5ms);
  CHECK(guard.end());
  CHECK(stop.calls == 1);
  CHECK(used >= 5ms);
  CHECK(used < 1s);
}

TEST_CASE("short calls are left alone, however many", "[script][watchdog]") {
  Watchdog watchdog;
  Stop stop;
  Watchdog::Guard guard(watchdog, Stop::now, &stop);
  const auto end = std::chrono::steady_clock::now() + 300ms;
  long calls = 0;
  for (; std::chrono::steady_clock::now() < end; ++calls) {
    guard.begin(5ms);
    REQUIRE_FALSE(guard.end());
  }
  CHECK(calls > 1000);
  CHECK(stop.calls == 0);
}

TEST_CASE("waiting is not CPU time", "[script][watchdog]") {
  Watchdog watchdog;
  Stop stop;
  Watchdog::Guard guard(watchdog, Stop::now, &stop);
  guard.begin(5ms);
  std::this_thread::sleep_for(80ms);
  CHECK_FALSE(guard.end());
  CHECK(stop.calls == 0);
}

TEST_CASE("each thread is judged by its own clock", "[script][watchdog]") {
  Watchdog watchdog;
  std::vector<std::thread> threads;
  std::atomic<int> interrupted{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Stop stop;
      Watchdog::Guard guard(watchdog, Stop::now, &stop);
      for (int round = 0; round < 5; ++round) {
        stop.calls = 0;
        guard.begin(3ms);
        burn_until(stop, 5s);
        if (guard.end() && stop.calls == 1) ++interrupted;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(interrupted == 20);
}

TEST_CASE("the outer of two calls is still interrupted when the inner one has ended", "[script][watchdog]") {
  Watchdog watchdog;
  Stop outer_stop, inner_stop;
  Watchdog::Guard outer(watchdog, Stop::now, &outer_stop), inner(watchdog, Stop::now, &inner_stop);
  outer.begin(5ms);
  inner.begin(10s);
  const auto begin = cpu_time();
  while (!outer.fired() && cpu_time() - begin < 5s) {
  }
  CHECK(outer_stop.calls == 0);
  CHECK_FALSE(inner.end());
  CHECK(outer_stop.calls == 1);
  CHECK(outer.end());
  CHECK(inner_stop.calls == 0);
}

TEST_CASE("several watchdogs can live in one process", "[script][watchdog]") {
  for (int i = 0; i < 3; ++i) {
    Watchdog first, second;
    Stop stop;
    Watchdog::Guard guard(second, Stop::now, &stop);
    guard.begin(1ms);
    burn_until(stop, 5s);
    CHECK(guard.end());
  }
}
