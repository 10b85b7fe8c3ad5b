// SPDX-License-Identifier: MIT
// A POSIX signal as a callback on the control plane's loop, out of signal context: anything may be done in it.
#pragma once

#include <functional>
#include <memory>

#include "uv/loop.h"

namespace outrider::uv {

class Signal {
 public:
  /// Calls `callback` on the loop's thread for each `number` (SIGTERM …) that the process receives; several that arrive
  /// together may become one. Errors: a signal that cannot be caught, or no such signal.
  static Result<Signal> on(Loop& loop, int number, std::function<void()> callback);
  Signal(Signal&&) noexcept = default;
  Signal& operator=(Signal&&) noexcept = default;

 private:
  struct SignalBox;
  struct Close {
    void operator()(SignalBox* box) const;
  };
  explicit Signal(SignalBox* box) : box_(box) {}
  std::unique_ptr<SignalBox, Close> box_;
};

}  // namespace outrider::uv
