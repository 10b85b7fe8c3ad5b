// SPDX-License-Identifier: MIT
#include "app/command/command_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/un.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "app/command/exit_code.h"
#include "app/load/load_config.h"
#include "app/load/problems.h"
#include "app/load/state_files.h"
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

/// What only root can make for `user`. Throws LoadError.
void make_folders(const RunCommand& command, const std::string& user) {
  if (auto made = hand_over_state_folder(user, choose_state_folder(command.state_dir)); !made) {
    throw LoadError({}, made.error().message);
  }
  for (const Address& address : load_admin(command.config).addresses) {
    if (!address.is_unix()) continue;
    const std::filesystem::path socket = reinterpret_cast<const sockaddr_un&>(address.storage).sun_path;
    if (auto made = make_socket_folder(user, socket.parent_path()); !made) throw LoadError({}, made.error().message);
  }
}

/// Where root has started us: before anything but the configuration is read. Throws LoadError.
void give_up_root(const RunCommand& command, Parent& parent) {
  if (!is_root()) return;
  if (!command.files.empty()) {
    log::warning("everything runs as root, though \"run --files\" need only be able to read {}", command.files);
    return;
  }
  const std::string user = load_user(command.config);
  if (user.empty()) {
    log::warning("everything runs as root: user = \"outrider\" in {} would let it go on as that user", command.config);
    return;
  }
  make_folders(command, user);
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
  // Whoever is started later is perhaps not root any more, and has to find the same folder.
  if (is_root() && command.files.empty()) ::setenv("STATE_DIRECTORY", choose_state_folder({}).c_str(), 1);
  const SystemClock clock;
  return Supervisor(Supervisor::Options::from(command), clock).run();
}

}  // namespace outrider::app
