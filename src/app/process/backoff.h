// SPDX-License-Identifier: MIT
// How long to wait before a server that died is started again: not at all the first time, then 100 ms, 200 ms … up to 5
// s, and from the beginning after ten seconds of good life. Supervisor only.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace outrider::app {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds first{100};
  static constexpr std::chrono::milliseconds longest{5000};
  static constexpr std::chrono::seconds good_life{10};

  explicit Backoff(const Clock& clock) : clock_(clock) {}

  /// The server is serving: its good life begins.
  void serving();
  /// The server is gone: how long to wait before the next start.
  std::chrono::milliseconds died();

 private:
  const Clock& clock_;
  std::chrono::milliseconds next_{0};
  bool serving_ = false;
  SteadyTime since_{};
};

}  // namespace outrider::app
