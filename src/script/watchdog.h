// SPDX-License-Identifier: MIT
// Ends Lua calls that use more CPU time than they may. A thread of its own ticks each millisecond while rules run (slower
// while none do), reads the clock of each worker's thread that has been in one call for a while, and past the limit
// signals that thread, whose handler sets a Lua debug hook that raises an error. The call itself pays two stores.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

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

 private:
  friend class Guard;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrider::script
