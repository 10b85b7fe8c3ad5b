// SPDX-License-Identifier: MIT
// How a call ends that runs too long, without a system call per evaluation: the guarded thread only numbers its calls,
// the watchdog's thread finds a number that stays, reads that thread's CPU clock by its clock id, and signals it.
//
// A signal may arrive late. Its handler runs on the guarded thread, so the call's number cannot change under it: it
// acts only if the call that was found too long is the one that is running.
#include "script/watchdog.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

#include "base/check.h"

namespace outrider::script {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds busy_tick{1};
constexpr milliseconds idle_tick{20};
constexpr int ticks_until_idle = 100;

// The guard of the call that this thread is in, for the signal handler.
constinit thread_local std::atomic<Watchdog::Guard*> running_guard{nullptr};

// Not pthread_self(): the next thread may get the same one.
std::uint64_t this_thread() {
  static std::atomic<std::uint64_t> threads{0};
  constinit static thread_local std::uint64_t number = 0;
  if (number == 0) number = ++threads;
  return number;
}

std::int64_t steady_ns(steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

struct Watchdog::Impl {
  std::mutex mutex;  // guards `guards` and `stopping`; held while a tick looks at the guards, so that none goes away
  std::condition_variable wake;
  std::vector<Guard*> guards;
  bool stopping = false;
  std::thread thread;

  void run();
  bool tick();
  static bool inspect(Guard& guard);
};

void Watchdog::Impl::run() {
  std::unique_lock lock(mutex);
  int quiet_ticks = 0;
  while (!stopping) {
    quiet_ticks = tick() ? 0 : std::min(quiet_ticks + 1, ticks_until_idle);
    wake.wait_for(lock, quiet_ticks < ticks_until_idle ? busy_tick : idle_tick, [this] { return stopping; });
  }
}

/// Looks at every guard; returns whether any ran since the last tick.
bool Watchdog::Impl::tick() {
  bool active = false;
  for (Guard* guard : guards) active |= inspect(*guard);
  return active;
}

bool Watchdog::Impl::inspect(Guard& guard) {
  const std::uint64_t number = guard.number_.load(std::memory_order_acquire);
  const bool changed = number != guard.seen_;
  const bool runs = number % 2 == 1;
  if (!runs) {
    guard.seen_ = number;
    return changed;
  }
  // The thread id and not the pthread_t: a thread that ends between this line and the signal is then an error of the
  // system call and nothing worse.
  const int thread_id = guard.thread_id_.load(std::memory_order_acquire);
  const std::int64_t limit = guard.limit_ns_.load(std::memory_order_acquire);
  const std::int64_t deadline = guard.deadline_ns_.load(std::memory_order_acquire);
  timespec used{};
  if (clock_gettime(guard.clock_.load(std::memory_order_acquire), &used) != 0) return true;
  const std::int64_t now = used.tv_sec * std::int64_t{1'000'000'000} + used.tv_nsec;
  if (guard.number_.load(std::memory_order_relaxed) != number) return true;  // what was read is of another call
  if (changed) {
    guard.seen_ = number;
    guard.seen_at_ns_ = now;
  } else if ((now - guard.seen_at_ns_ >= limit || steady_ns(steady_clock::now()) >= deadline || guard.cancelled()) &&
             guard.fired_.load(std::memory_order_relaxed) != number) {
    guard.fired_.store(number, std::memory_order_release);
    syscall(SYS_tgkill, getpid(), thread_id, signal_number());
  }
  return true;
}

int Watchdog::signal_number() {
  return SIGRTMIN + 3;
}

Watchdog::Watchdog() : impl_(std::make_unique<Impl>()) {
  static std::once_flag installed;
  std::call_once(installed, [] {
    struct sigaction action {};
    action.sa_handler = Guard::on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    CHECK(sigaction(signal_number(), &action, nullptr) == 0);
  });
  // The thread inherits the mask: no signal of the process is to be handled on it.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  impl_->thread = std::thread([this] { impl_->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(impl_->thread.native_handle(), "watchdog");
}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(impl_->mutex);
    CHECK(impl_->guards.empty());
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

Watchdog::Guard::Guard(Watchdog& watchdog, Interrupt interrupt, void* context)
    : owner_(*watchdog.impl_), interrupt_(interrupt), context_(context) {
  std::lock_guard lock(owner_.mutex);
  owner_.guards.push_back(this);
}

Watchdog::Guard::~Guard() {
  std::lock_guard lock(owner_.mutex);
  std::erase(owner_.guards, this);
}

void Watchdog::Guard::adopt_thread() {
  thread_ = this_thread();
  clockid_t clock = 0;
  CHECK(pthread_getcpuclockid(pthread_self(), &clock) == 0);
  clock_.store(clock, std::memory_order_release);
  thread_id_.store(static_cast<int>(syscall(SYS_gettid)), std::memory_order_release);
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, signal_number());
  pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
}

void Watchdog::Guard::begin(std::chrono::nanoseconds limit) {
  if (thread_ != this_thread()) adopt_thread();
  limit_ns_.store(limit.count(), std::memory_order_release);
  outer_ = running_guard.load(std::memory_order_relaxed);
  running_guard.store(this, std::memory_order_relaxed);
  number_.store(number_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void Watchdog::Guard::set_deadline(steady_clock::time_point deadline) {
  deadline_ns_.store(steady_ns(deadline), std::memory_order_release);
}

void Watchdog::Guard::set_cancel(Cancel cancel) {
  // The one that goes is destroyed behind the lock: a tick may be looking at it.
  const std::lock_guard lock(owner_.mutex);
  cancel_.swap(cancel);
}

bool Watchdog::Guard::end() {
  const std::uint64_t number = number_.load(std::memory_order_relaxed);
  number_.store(number + 1, std::memory_order_release);
  running_guard.store(outer_, std::memory_order_relaxed);
  // The outer call's signal was not for this one, and comes only once.
  if (outer_ != nullptr && outer_->fired()) outer_->interrupt_(outer_->context_);
  return fired_.load(std::memory_order_acquire) == number;
}

void Watchdog::Guard::on_signal(int) {
  Guard* guard = running_guard.load(std::memory_order_relaxed);
  if (guard != nullptr && guard->fired()) guard->interrupt_(guard->context_);
}

}  // namespace outrider::script
