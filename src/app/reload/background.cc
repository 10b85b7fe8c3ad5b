// SPDX-License-Identifier: MIT
#include "app/reload/background.h"

#include <pthread.h>
#include <sys/resource.h>

#include <utility>

namespace outrider::app {
namespace {

constexpr int nice = 10;

}  // namespace

Result<std::unique_ptr<Background>> Background::create(uv::Loop& loop, const std::string& name) {
  auto async = uv::Async::create(loop);
  if (!async) return tl::unexpected(async.error());
  return std::unique_ptr<Background>(new Background(std::move(*async), name));
}

Background::Background(uv::Async async, const std::string& name) : async_(std::move(async)) {
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), name.c_str());
}

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Background::run(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void Background::work() {
  // On Linux this is the thread's alone. Whatever happens here can wait; requests cannot.
  ::setpriority(PRIO_PROCESS, 0, nice);
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
    if (stop_) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    Then then = task();
    task = nullptr;  // what it holds is freed here, not on the loop's thread
    if (then) async_.post(std::move(then));
    lock.lock();
  }
}

}  // namespace outrider::app
