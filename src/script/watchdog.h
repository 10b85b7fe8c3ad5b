// SPDX-License-Identifier: MIT
// Ends Lua calls that use more CPU time than they may. A thread of its own ticks each millisecond while rules run
// (slower while none do), reads the clock of each worker's thread that has been in one call for a while, and past the
// limit signals that thread, whose handler sets a Lua debug hook that raises an error. The call itself pays two stores.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "script/cancel.h"

namespace outrider::script {

class Watchdog {
 public:
  /// Starts the thread and installs the handler of `signal_number()` once in the process.
  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// One guarded caller; registers in the constructor, unregisters in the destructor. Used by one thread at a time.
  class Guard;

  /// The real-time signal that is sent to a thread past its limit. Other code must leave it alone.
  static int signal_number();

 private:
  friend class Guard;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class Watchdog::Guard {
 public:
  /// `interrupt` runs in the signal handler, on the guarded thread, inside a call that is past its limit: it may do
  /// what signal handlers may and what lua_sethook does.
  using Interrupt = void (*)(void* context);

  Guard(Watchdog& watchdog, Interrupt interrupt, void* context);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  /// From here this thread may use `limit` of CPU time until end(). The limit holds to about two ticks of a
  /// millisecond, and to 25 ms for the first call after a pause.
  void begin(std::chrono::nanoseconds limit);
  /// Calls are at their limit, too, when this moment has come, however little CPU time they used. Holds from the next
  /// begin() on.
  void set_deadline(std::chrono::steady_clock::time_point deadline);
  /// Calls are at their limit, too, while `cancel` is true. Between calls.
  void set_cancel(Cancel cancel);
  /// Whether `cancel` is true. The guarded thread, and the watchdog's under its mutex.
  bool cancelled() const { return is_cancelled(cancel_); }
  /// Returns whether the limit was hit since begin(). After it `interrupt` does not run.
  bool end();
  /// Whether the limit was hit since begin().
  bool fired() const { return fired_.load(std::memory_order_acquire) == number_.load(std::memory_order_relaxed); }

 private:
  friend class Watchdog;
  friend struct Watchdog::Impl;
  void adopt_thread();
  static void on_signal(int);

  Impl& owner_;
  Interrupt interrupt_;
  void* context_;
  Guard* outer_ = nullptr;
  std::uint64_t thread_ = 0;  // that called begin() last
  Cancel cancel_;             // written by the guarded thread, under the watchdog's mutex

  // Written by the guarded thread, read by the watchdog's.
  std::atomic<std::uint64_t> number_{0};  // of the call; odd while it runs
  std::atomic<std::int64_t> limit_ns_{0};
  std::atomic<std::int64_t> deadline_ns_{INT64_MAX};  // of the steady clock
  std::atomic<int> thread_id_{0};
  std::atomic<int> clock_{0};
  // Written by the watchdog's thread.
  std::atomic<std::uint64_t> fired_{~std::uint64_t{0}};  // the call that passed its limit
  std::uint64_t seen_ = 0;  // the call that it has under observation, and the thread's clock back then
  std::int64_t seen_at_ns_ = 0;
};

}  // namespace outrider::script
