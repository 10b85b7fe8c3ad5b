// SPDX-License-Identifier: MIT
// A thread for what takes long (loading, freeing, the disk), one task after the other; what follows from a task runs on
// the main loop's thread, which owes its heartbeat and must not wait. The thread gives way to those that serve.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "uv/async.h"

namespace outrider::app {

class Background {
 public:
  /// What to do on the loop's thread afterwards; may be empty.
  using Then = std::function<void()>;
  using Task = std::function<Then()>;

  /// `name`: of the thread, at most 15 characters. Errors: out of descriptors.
  static Result<std::unique_ptr<Background>> create(uv::Loop& loop, const std::string& name);
  /// Waits for the task that runs; what waits and what would follow is dropped.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Queues a task, which must not throw. The loop's thread.
  void run(Task task);

 private:
  Background(uv::Async async, const std::string& name);
  void work();

  uv::Async async_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;  // guarded by mutex_
  bool stop_ = false;       // likewise
  std::thread thread_;
};

}  // namespace outrider::app
