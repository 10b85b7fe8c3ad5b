// SPDX-License-Identifier: MIT
// One worker: a thread with an event loop and a workplace. Created and commanded by the main thread; what it is to do
// is posted and done at the loop's next turn. Nothing mutable is shared but counters.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "app/worker/workplace.h"

namespace outrider::app {

class Worker {
 public:
  /// Starts the thread and returns when it runs; throws what its start threw. `tick`: of log flushing and the sign of
  /// life.
  Worker(std::size_t index, const Workplace::Shared& shared, const Serving& serving,
         std::shared_ptr<const push::WorkerRules> rules, std::chrono::milliseconds tick);
  /// Ends the thread. The workplace must have drained, or have nothing to drain.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs `task` on the worker's thread.
  void post(std::function<void(Workplace&)> task);
  /// Asks whether it has drained; the answer shows in drained() a turn later.
  void ask_drained();

  // Any thread.
  bool drained() const { return drained_.load(std::memory_order_acquire); }
  std::uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }
  const Workplace& workplace() const { return *workplace_; }

 private:
  std::atomic<std::uint64_t> ticks_{0};
  std::atomic<bool> drained_{false};
  http::EventLoop loop_;
  Workplace* workplace_ = nullptr;  // on the thread's stack; there as long as the thread runs
  std::thread thread_;
};

}  // namespace outrider::app
