// SPDX-License-Identifier: MIT
#include "http/event_loop.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

#include "base/check.h"
#include "http/h2o_api.h"

namespace outrider::http {
namespace {

/// A callback that comes again and again.
struct Ticker {
  /// The library hands back a pointer to its entry: as first member of a plain struct it is one to the whole.
  struct Entry {
    h2o_timeout_entry_t entry;
    Ticker* ticker;
  };
  h2o_timeout_t timeout{};
  Entry entry{};
  h2o_evloop_t* loop = nullptr;
  std::function<void()> task;
};

void on_tick(h2o_timeout_entry_t* entry) {
  auto* ticker = reinterpret_cast<Ticker::Entry*>(entry)->ticker;
  h2o_timeout_link(ticker->loop, &ticker->timeout, entry);
  ticker->task();
}

}  // namespace

struct EventLoop::Impl {
  h2o_evloop_t* loop = h2o_evloop_create();
  h2o_socket_t* wake = nullptr;  // an eventfd that posting threads write to
  int wake_fd = -1;
  bool stopped = false;
  std::list<Ticker> tickers;
  std::list<std::function<void()>> after_turn;
  std::mutex mutex;
  std::vector<std::function<void()>> posted;  // guarded by mutex

  /// True if there was any.
  bool run_posted() {
    std::vector<std::function<void()>> tasks;
    {
      const std::lock_guard lock(mutex);
      tasks.swap(posted);
    }
    for (auto& task : tasks) task();
    return !tasks.empty();
  }
};

namespace {

void on_wake(h2o_socket_t* socket, const char*) {
  std::uint64_t count;
  while (::read(h2o_socket_get_fd(socket), &count, sizeof(count)) > 0) {
  }
  // The tasks run after the loop's own callbacks: see EventLoop::run.
}

}  // namespace

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {
  impl_->wake_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  CHECK(impl_->wake_fd >= 0);
  impl_->wake = h2o_evloop_socket_create(impl_->loop, impl_->wake_fd, H2O_SOCKET_FLAG_DONT_READ);
  h2o_socket_read_start(impl_->wake, on_wake);
}

EventLoop::~EventLoop() {
  for (Ticker& ticker : impl_->tickers) {
    h2o_timeout_unlink(&ticker.entry.entry);
    h2o_timeout_dispose(impl_->loop, &ticker.timeout);
  }
  h2o_socket_close(impl_->wake);
  h2o_evloop_destroy(impl_->loop);
}

void EventLoop::run() {
  // The library returns -1 when a signal interrupts the poll; that is no reason to end.
  bool ran_tasks = false;
  while (!impl_->stopped) {
    // What a task wrote is done in the next turn, which must not wait for something else to happen.
    h2o_evloop_run(impl_->loop, ran_tasks ? 0 : INT32_MAX);
    for (const auto& task : impl_->after_turn) task();
    ran_tasks = impl_->run_posted();
  }
}

void EventLoop::stop() {
  impl_->stopped = true;
}

void EventLoop::post(std::function<void()> task) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->posted.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  // A full counter (EAGAIN) means that the loop is about to wake anyway.
  CHECK(::write(impl_->wake_fd, &one, sizeof(one)) == sizeof(one) || errno == EAGAIN);
}

void EventLoop::every(std::chrono::milliseconds interval, std::function<void()> task) {
  Ticker& ticker = impl_->tickers.emplace_back();
  ticker.loop = impl_->loop;
  ticker.task = std::move(task);
  ticker.entry = {{0, on_tick, {}}, &ticker};
  h2o_timeout_init(impl_->loop, &ticker.timeout, static_cast<std::uint64_t>(interval.count()));
  h2o_timeout_link(impl_->loop, &ticker.timeout, &ticker.entry.entry);
}

std::shared_ptr<void> EventLoop::after_each_turn(std::function<void()> task) {
  auto& tasks = impl_->after_turn;
  const auto place = tasks.insert(tasks.end(), std::move(task));
  return {&*place, [&tasks, place](void*) { tasks.erase(place); }};
}

st_h2o_evloop_t* EventLoop::get() const {
  return impl_->loop;
}

}  // namespace outrider::http
