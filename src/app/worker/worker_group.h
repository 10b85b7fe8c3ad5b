// SPDX-License-Identifier: MIT
// All workers of the server process: what is done on every one of them, and when every one has done it. The main
// thread's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "app/worker/worker.h"
#include "uv/async.h"

namespace outrider::app {

class WorkerGroup {
 public:
  /// Errors: out of descriptors. `loop` is the main thread's and outlives the group.
  static Result<std::unique_ptr<WorkerGroup>> create(uv::Loop& loop);
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;

  /// Starts one worker for each of `rules`; throws what a start threw. `notes` and `shared` outlive the group.
  void start(const Workplace::Shared& shared, DeathNotes& notes, const Serving& serving,
             const std::vector<std::shared_ptr<const push::WorkerRules>>& rules, std::chrono::milliseconds tick);

  /// Runs `task` once on each worker's thread with the worker's index, then `done`, if given, on the main thread.
  using Task = std::function<void(Workplace&, std::size_t index)>;
  void on_each(const Task& task, std::function<void()> done = {});

  /// Runs `task` on the main thread. Any thread.
  void post_to_main(std::function<void()> task) { async_.post(std::move(task)); }

  std::size_t size() const { return workers_.size(); }
  Worker& operator[](std::size_t index) { return *workers_[index]; }
  const std::vector<std::unique_ptr<Worker>>& all() const { return workers_; }

  void ask_drained();
  bool drained() const;

  /// True if each has ticked since the last call. Marks those that have not in their death notes.
  bool every_one_ticked(DeathNotes& notes);

 private:
  explicit WorkerGroup(uv::Async async) : async_(std::move(async)) {}

  uv::Async async_;
  std::vector<std::unique_ptr<Worker>> workers_;  // end before async_, which they post to
  std::vector<std::uint64_t> last_ticks_;
};

}  // namespace outrider::app
