// SPDX-License-Identifier: MIT
// What `outrider` can be asked to do. Exit codes: app/exit_code.h.
#include <csignal>
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

}  // namespace

int main(int argc, char** argv) {
  // A client, an upstream or a log's reader that is gone shows in the write's error.
  std::signal(SIGPIPE, SIG_IGN);
  if (!outrider::log::open("", outrider::log::Level::info)) return exit_our_fault;

  return std::visit(Overloaded{
                        [](const Said& said) { return say(said); },
                        [](const RunCommand& command) { return run(command); },
                        [](const CheckCommand& command) { return check(command); },
                        [](const ExplainCommand& command) { return explain(command); },
                        [](const TestCommand& command) { return test(command); },
                        [](const ReplayCommand& command) { return replay_logs(command); },
                        [](const AdminCommand& command) { return ask_server(command); },
                    },
                    parse_command_line({argv + 1, argv + argc}));
}
