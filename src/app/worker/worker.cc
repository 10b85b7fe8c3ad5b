// SPDX-License-Identifier: MIT
#include "app/worker/worker.h"

#include <fmt/format.h>
#include <pthread.h>

#include <future>
#include <utility>

#include "app/process/crash_report.h"

namespace outrider::app {

Worker::Worker(std::size_t index, const Workplace::Shared& shared, const Serving& serving,
               std::shared_ptr<const push::WorkerRules> rules, std::chrono::milliseconds tick) {
  std::promise<void> started;
  std::future<void> start = started.get_future();
  thread_ = std::thread([&, index] {
    pthread_setname_np(pthread_self(), fmt::format("outrider/w{}", index).c_str());
    const CrashStack crash_stack(shared.note);
    std::optional<Workplace> workplace;
    try {
      workplace.emplace(loop_, shared, serving, std::move(rules));
    } catch (...) {
      return started.set_exception(std::current_exception());
    }
    workplace_ = &*workplace;
    loop_.every(tick, [this] {
      ticks_.fetch_add(1, std::memory_order_relaxed);
      workplace_->tick();
    });
    started.set_value();  // the references above end here
    loop_.run();
  });
  try {
    start.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

Worker::~Worker() {
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

void Worker::post(std::function<void(Workplace&)> task) {
  loop_.post([this, task = std::move(task)] { task(*workplace_); });
}

void Worker::ask_drained() {
  loop_.post([this] { drained_.store(workplace_->drained(), std::memory_order_release); });
}

}  // namespace outrider::app
