// SPDX-License-Identifier: MIT
// The control plane's event loop (libuv) behind plain C++. A loop and the wrappers on it belong to one thread; only
// Async may be used from others. Callbacks must not throw: they are called from C, so what escapes ends the process.
#pragma once

#include <memory>

#include "base/result.h"

struct uv_loop_s;

namespace outrider::uv {

/// A loop. Every Timer, Signal, Poll and Async on it must be destroyed before it: declare the loop first.
class Loop {
 public:
  /// Errors: the process is out of descriptors or memory.
  static Result<Loop> create();
  Loop(Loop&&) noexcept = default;
  Loop& operator=(Loop&&) noexcept = default;
  /// Lets handles that are closing finish; a wrapper that is still alive is a bug of ours (CHECK).
  ~Loop() = default;

  /// Runs callbacks until stop(), or until no wrapper waits for anything any more.
  void run();
  /// Makes run() return after the callback that is running; before run(), makes the next one return at once.
  /// From the loop's thread only: others use Async::post.
  void stop();

  /// For the wrappers in this folder.
  uv_loop_s* get() const { return loop_.get(); }

 private:
  struct Close {
    void operator()(uv_loop_s* loop) const;
  };
  explicit Loop(uv_loop_s* loop) : loop_(loop) {}
  std::unique_ptr<uv_loop_s, Close> loop_;
};

}  // namespace outrider::uv
