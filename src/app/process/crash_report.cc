// SPDX-License-Identifier: MIT
#include "app/process/crash_report.h"

#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>

namespace outrider::app {
namespace {

constexpr std::size_t stack_bytes = 64 * 1024;
constexpr int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};

thread_local DeathNotes::Slot* current_slot = nullptr;

void say(const char* text) {
  // Nothing can be done about a failure here.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
}

const char* name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGABRT:
      return "SIGABRT";
    case SIGILL:
      return "SIGILL";
    default:
      return "SIGFPE";
  }
}

extern "C" void on_deadly_signal(int signal) {
  if (current_slot != nullptr) current_slot->crashed.store(1, std::memory_order_relaxed);
  char thread[16] = "";
  pthread_getname_np(pthread_self(), thread, sizeof(thread));
  say("outrider: ");
  say(name_of(signal));
  say(" in thread ");
  say(thread);
  say("; backtrace:\n");
  void* frames[64];
  ::backtrace_symbols_fd(frames, ::backtrace(frames, 64), STDERR_FILENO);
  // SA_RESETHAND has put the default back; the signal is blocked until the handler returns.
  ::raise(signal);
}

}  // namespace

void install_crash_report() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // The first call loads libgcc, which must not happen inside a handler.
  void* frame[1];
  ::backtrace(frame, 1);
  struct sigaction action {};
  action.sa_handler = on_deadly_signal;
  action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND);
  for (const int signal : deadly) ::sigaction(signal, &action, nullptr);
#endif
}

CrashStack::CrashStack(DeathNotes::Slot* slot) : memory_(std::make_unique<std::byte[]>(stack_bytes)) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  stack_t stack{};
  stack.ss_sp = memory_.get();
  stack.ss_size = stack_bytes;
  ::sigaltstack(&stack, nullptr);
#endif
  current_slot = slot;
}

CrashStack::~CrashStack() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  stack_t off{};
  off.ss_flags = SS_DISABLE;
  ::sigaltstack(&off, nullptr);
#endif
  current_slot = nullptr;
}

}  // namespace outrider::app
