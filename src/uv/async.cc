// SPDX-License-Identifier: MIT
#include "uv/async.h"

#include <deque>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "uv/box.h"

namespace outrider::uv {
namespace {

/// Shared with the callback that empties it, so that a task which destroys its Async leaves the queue alive until then.
struct Queue {
  std::mutex mutex;
  std::deque<std::function<void()>> tasks;
  bool closed = false;  // loop's thread only

  bool take(std::function<void()>& task) {
    const std::lock_guard lock(mutex);
    if (closed || tasks.empty()) return false;
    task = std::move(tasks.front());
    tasks.pop_front();
    return true;
  }
};

/// Runs what is there now; what these tasks post waits for the next turn, so that they cannot starve the loop.
void run_tasks(Queue& queue) {
  std::size_t count = 0;
  {
    const std::lock_guard lock(queue.mutex);
    count = queue.tasks.size();
  }
  std::function<void()> task;
  for (; count > 0 && queue.take(task); --count) {
    task();
    task = nullptr;
  }
}

}  // namespace

struct Async::AsyncBox : Box<uv_async_t> {
  std::shared_ptr<Queue> queue = std::make_shared<Queue>();
};

void Async::Close::operator()(AsyncBox* box) const {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(box->queue->mutex);
    box->queue->closed = true;
    dropped.swap(box->queue->tasks);
  }
  close_box(box);
}

Result<Async> Async::create(Loop& loop, bool keeps_running) {
  auto box = std::make_unique<AsyncBox>();
  const int status =
      uv_async_init(loop.get(), &box->handle, [](uv_async_t* handle) { Box<uv_async_t>::of(handle).invoke(); });
  if (status != 0) return uv_failure("cannot create a way into the event loop", status);
  box->handle.data = static_cast<Box<uv_async_t>*>(box.get());
  box->use([queue = box->queue] { run_tasks(*queue); });
  if (!keeps_running) uv_unref(reinterpret_cast<uv_handle_t*>(&box->handle));
  return Async(box.release());
}

void Async::post(std::function<void()> task) {
  {
    const std::lock_guard lock(box_->queue->mutex);
    box_->queue->tasks.push_back(std::move(task));
  }
  CHECK(uv_async_send(&box_->handle) == 0);
}

}  // namespace outrider::uv
