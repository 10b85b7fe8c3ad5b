// SPDX-License-Identifier: MIT
// The last words of a process that dies by SIGSEGV, SIGBUS, SIGABRT, SIGILL or SIGFPE: a backtrace on standard error, a
// mark in this worker's death note, and then the signal's own death, so that a core is dumped as ever. What runs in the
// handler is async-signal-safe, on a stack of its own (a rule's recursion may have used up the thread's).
#pragma once

#include <cstddef>
#include <memory>

#include "app/process/death_notes.h"

namespace outrider::app {

/// Installs the handlers; once, in the server process, before its threads start. Left to the sanitizers where the
/// binary is built with them.
void install_crash_report();

/// Gives this thread an alternate signal stack and names the slot to mark (null: none) while it lives. Every thread
/// that should be reported well has one.
class CrashStack {
 public:
  explicit CrashStack(DeathNotes::Slot* slot);
  ~CrashStack();
  CrashStack(const CrashStack&) = delete;
  CrashStack& operator=(const CrashStack&) = delete;

 private:
  std::unique_ptr<std::byte[]> memory_;
};

}  // namespace outrider::app
