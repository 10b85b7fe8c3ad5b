// SPDX-License-Identifier: MIT
// A worker's event loop (libh2o's own, epoll) without libh2o's types: what src/app sees of it. One thread runs it; only
// `post` may be called from others.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

struct st_h2o_evloop_t;

namespace outrider::http {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs callbacks until `stop` was called from one of them.
  void run();
  void stop();
  /// Runs `task` on the loop's thread at its next turn, in the order of posting. Any thread.
  void post(std::function<void()> task);
  /// Calls `task` every `interval` on the loop's thread until the loop ends.
  void every(std::chrono::milliseconds interval, std::function<void()> task);
  /// Calls `task` on the loop's thread at the end of each turn, for as long as what is returned lives (not longer than
  /// the loop).
  [[nodiscard]] std::shared_ptr<void> after_each_turn(std::function<void()> task);

  st_h2o_evloop_t* get() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrider::http
