// SPDX-License-Identifier: MIT
#include "app/worker/worker_group.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace outrider::app {

Result<std::unique_ptr<WorkerGroup>> WorkerGroup::create(uv::Loop& loop) {
  auto async = uv::Async::create(loop);
  if (!async) return tl::unexpected(async.error());
  return std::unique_ptr<WorkerGroup>(new WorkerGroup(std::move(*async)));
}

void WorkerGroup::start(const Workplace::Shared& shared, DeathNotes& notes, const Serving& serving,
                        const std::vector<std::shared_ptr<const push::WorkerRules>>& rules,
                        std::chrono::milliseconds tick) {
  for (std::size_t index = 0; index < rules.size(); ++index) {
    Workplace::Shared own = shared;
    own.note = &notes.slot(index);
    workers_.push_back(std::make_unique<Worker>(index, own, serving, rules[index], tick));
  }
  last_ticks_.assign(workers_.size(), 0);
}

void WorkerGroup::on_each(const Task& task, std::function<void()> done) {
  auto left = std::make_shared<std::atomic<std::size_t>>(workers_.size());
  auto then = std::make_shared<std::function<void()>>(std::move(done));
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    workers_[index]->post([this, task, index, left, then](Workplace& workplace) {
      task(workplace, index);
      if (left->fetch_sub(1) != 1 || !*then) return;
      async_.post([then] { (*then)(); });
    });
  }
}

void WorkerGroup::ask_drained() {
  for (const auto& worker : workers_) worker->ask_drained();
}

bool WorkerGroup::drained() const {
  return std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker->drained(); });
}

bool WorkerGroup::every_one_ticked(DeathNotes& notes) {
  bool all = true;
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    const std::uint64_t ticks = workers_[index]->ticks();
    const bool ticked = ticks != std::exchange(last_ticks_[index], ticks);
    notes.slot(index).stalled.store(ticked ? 0 : 1, std::memory_order_relaxed);
    all = all && ticked;
  }
  return all;
}

}  // namespace outrider::app
