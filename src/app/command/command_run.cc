// SPDX-License-Identifier: MIT
#include "app/command/command_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>

#include <csignal>
#include <optional>

#include "app/command/exit_code.h"
#include "app/load/load_config.h"
#include "app/load/problems.h"
#include "app/process/crash_report.h"
#include "app/process/privileges.h"
#include "app/process/supervisor.h"
#include "app/server.h"
#include "base/clock.h"
#include "base/log.h"

namespace outrider::app {
namespace {

int refuse(const LoadError& error) {
  Problems::print(error.problems());
  fmt::print(stderr, "outrider: {} problem{}; nothing was started\n", error.problems().size(),
             error.problems().size() == 1 ? "" : "s");
  return exit_input;
}

/// Where root has started us: before anything but the configuration is read. Throws LoadError.
void give_up_root(const RunCommand& command, Parent& parent) {
  if (!is_root() || !command.files.empty()) return;
  const std::string user = load_user(command.config);
  if (user.empty()) {
    log::warning("everything runs as root: user = \"outrider\" in {} would let it go on as that user", command.config);
    return;
  }
  if (auto prepared = hand_over_state_folder(user); !prepared) throw LoadError({}, prepared.error().message);
  // Who opens the sockets keeps the low ports.
  const LowPorts ports = command.server_fd ? LowPorts::given_up : LowPorts::kept;
  if (auto became = become_user(user, ports); !became) throw LoadError({}, became.error().message);
  parent.goes_on_as(user);
}

int serve(const RunCommand& command, SocketSource& sockets, Parent& parent) {
  // The supervisor's exec left "exe" there.
  pthread_setname_np(pthread_self(), "outrider");
  install_crash_report();
  const CrashStack crash_stack(nullptr);
  try {
    give_up_root(command, parent);
  } catch (const LoadError& error) {
    return refuse(error);
  }
  Server server(command, sockets, parent);
  try {
    server.start();
  } catch (const LoadError& error) {
    return refuse(error);
  }
  return server.run();
}

int serve_for_supervisor(const RunCommand& command) {
  ::fcntl(*command.server_fd, F_SETFD, FD_CLOEXEC);
  SocketChannel channel{UniqueFd(*command.server_fd)};
  SupervisorSockets sockets(channel);
  return serve(command, sockets, *parent_of(channel));
}

}  // namespace

int run(const RunCommand& command) {
  if (command.server_fd) return serve_for_supervisor(command);
  if (!command.supervisor) {
    OwnSockets sockets;
    // There is nobody to hand over to another binary.
    std::signal(SIGUSR2, SIG_IGN);
    return serve(command, sockets, *no_parent(&sockets));
  }
  const SystemClock clock;
  return Supervisor(Supervisor::Options::from(command), clock).run();
}

}  // namespace outrider::app
