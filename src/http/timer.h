// SPDX-License-Identifier: MIT
// Timers on the library's loop. It keeps one list for each duration, which costs nothing to arm but is looked at in
// each turn: so those of a worker that last alike share one. A timer is off the list whenever its owner is gone. All on
// the worker's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "http/h2o_api.h"

namespace outrider::http {

/// The durations in use. Outlives every timer that was started with it.
class Timeouts {
 public:
  explicit Timeouts(h2o_loop_t* loop) : loop_(loop) {}
  ~Timeouts();
  Timeouts(const Timeouts&) = delete;
  Timeouts& operator=(const Timeouts&) = delete;

  h2o_timeout_t* lasting(std::uint32_t milliseconds);
  h2o_loop_t* loop() const { return loop_; }

 private:
  h2o_loop_t* const loop_;
  std::vector<std::unique_ptr<h2o_timeout_t>> lists_;
};

class Timer {
 public:
  /// `on_expiry` may destroy the timer.
  Timer(Timeouts& timeouts, std::function<void()> on_expiry);
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Starts it, anew where it runs.
  void start(std::uint32_t milliseconds);
  void stop() { h2o_timeout_unlink(&entry_.entry); }
  bool running() const { return h2o_timeout_is_linked(const_cast<h2o_timeout_entry_t*>(&entry_.entry)) != 0; }

 private:
  /// The library hands back a pointer to its entry: as first member of a plain struct it is one to the whole.
  struct Entry {
    h2o_timeout_entry_t entry;
    Timer* timer;
  };
  static void on_timeout(h2o_timeout_entry_t* entry);

  Timeouts& timeouts_;
  std::function<void()> on_expiry_;
  Entry entry_{};
};

}  // namespace outrider::http
