// SPDX-License-Identifier: MIT
// A timer on the control plane's loop; all calls on the loop's thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "uv/loop.h"

namespace outrider::uv {

class Timer {
 public:
  explicit Timer(Loop& loop);
  Timer(Timer&&) noexcept = default;
  Timer& operator=(Timer&&) noexcept = default;

  /// Calls once, `delay` from now; replaces what was set before. May be called, and the timer destroyed, from inside
  /// the callback.
  void after(std::chrono::milliseconds delay, std::function<void()> callback);
  /// Calls every `period` (at least 1 ms), the first time one period from now; replaces what was set before.
  void every(std::chrono::milliseconds period, std::function<void()> callback);
  void stop();
  bool is_active() const;

 private:
  struct TimerBox;
  struct Close {
    void operator()(TimerBox* box) const;
  };
  void start(std::chrono::milliseconds delay, std::chrono::milliseconds period, std::function<void()> callback);
  std::unique_ptr<TimerBox, Close> box_;
};

}  // namespace outrider::uv
