// SPDX-License-Identifier: MIT
// What `outrider` can be asked to do. Exit codes: app/exit_code.h.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <variant>

#include "app/command/command_admin.h"
#include "app/command/command_check.h"
#include "app/command/command_explain.h"
#include "app/command/command_line.h"
#include "app/command/command_replay.h"
#include "app/command/command_run.h"
#include "app/command/command_test.h"
#include "app/command/exit_code.h"
#include "base/log.h"

namespace {

using namespace outrider::app;

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

/// The exit code of a command whose purpose is what it prints: nothing is fine that never came out.
int printed(int code) {
  const bool came_out = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (came_out || code != exit_fine) return code;
  std::fprintf(stderr, "outrider: standard output cannot be written: %s\n", std::strerror(errno));
  return exit_our_fault;
}

}  // namespace

int main(int argc, char** argv) {
  // A client, an upstream or a log's reader that is gone shows in the write's error.
  std::signal(SIGPIPE, SIG_IGN);
  if (!outrider::log::open("", outrider::log::Level::info)) return exit_our_fault;

  try {
    return std::visit(Overloaded{
                          [](const Said& said) { return printed(say(said)); },
                          [](const RunCommand& command) { return run(command); },
                          [](const CheckCommand& command) { return printed(check(command)); },
                          [](const ExplainCommand& command) { return printed(explain(command)); },
                          [](const TestCommand& command) { return printed(test(command)); },
                          [](const ReplayCommand& command) { return printed(replay_logs(command)); },
                          [](const AdminCommand& command) { return printed(ask_server(command)); },
                      },
                      parse_command_line({argv + 1, argv + argc}));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outrider: %s\n", error.what());
    return exit_our_fault;
  }
}
