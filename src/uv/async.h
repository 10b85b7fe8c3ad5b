// SPDX-License-Identifier: MIT
// The way into the loop's thread from any other: post() is the one call of this folder that other threads may make.
#pragma once

#include <functional>
#include <memory>

#include "uv/loop.h"

namespace outrider::uv {

class Async {
 public:
  /// Errors: the process is out of descriptors. An Async that waits does not keep Loop::run from returning when nothing
  /// else is left, unless `keeps_running`.
  static Result<Async> create(Loop& loop, bool keeps_running = true);
  Async(Async&&) noexcept = default;
  Async& operator=(Async&&) noexcept = default;

  /// Runs `task` on the loop's thread, tasks in the order in which they were posted. Any thread, at any time between
  /// create() and the destructor; tasks that have not run by then never do.
  void post(std::function<void()> task);

 private:
  struct AsyncBox;
  struct Close {
    void operator()(AsyncBox* box) const;
  };
  explicit Async(AsyncBox* box) : box_(box) {}
  std::unique_ptr<AsyncBox, Close> box_;
};

}  // namespace outrider::uv
