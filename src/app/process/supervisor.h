// SPDX-License-Identifier: MIT
// The process that stays: it holds the listening sockets, starts the server process, restarts it with back-off when it
// dies or no longer answers, passes signals on, and speaks to the service manager. No Lua, no libh2o, one thread, so
// that nothing here can die of a request. It never outlives its purpose: without it the server sees the line close and
// shuts down by itself.
//
// Upgrade (SIGUSR2): the program that is installed now is tried as a child (trial.h), then executed in place of this
// one, with the held sockets, the running server and what it has said (handover.h). The new image starts a server of
// its own beside the old one. When that is ready, the old one retires; if it never is, the old one stays. Signals that
// come meanwhile stay pending through the exec.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/command_line.h"
#include "app/process/backoff.h"
#include "app/process/handover.h"
#include "app/process/listener_keeper.h"
#include "app/process/server_process.h"
#include "app/process/service_manager.h"
#include "app/process/spawn.h"
#include "app/process/trial.h"
#include "base/clock.h"
#include "base/fd.h"

namespace outrider::app {

class Supervisor {
 public:
  /// Beyond the server's own shutdown timeout, before SIGKILL.
  static constexpr std::chrono::milliseconds grace{5000};
  /// For a server that is started after the first to become ready: loading and its tests may take long.
  static constexpr std::chrono::minutes start_patience{15};

  struct Options {
    std::vector<std::string> arguments;        // this process's own, without the program's name; the server's too
    std::vector<std::string> check_arguments;  // of the program that checks the same before it takes over
    std::string binary = installed_binary();   // what SIGUSR2 executes: the path that this was started by
    std::chrono::milliseconds upgrade_patience{30'000};  // within which a server of a new binary must be ready

    /// As typed: `check -c FILE`, or `--version` where there is no configuration to check.
    static Options from(const RunCommand& command);
  };
  Supervisor(Options options, const Clock& clock);

  /// Runs until the server was stopped by SIGTERM or SIGINT, or could not start the first time. Returns the exit code.
  int run();

 private:
  using Role = ServerProcess::Role;
  using Servers = std::list<ServerProcess>;

  void begin();
  void turn();
  int poll_timeout_ms() const;
  void read_signals();
  void reload();
  void stop();
  void reap();
  void check_deadlines();
  void check_deadlines_of(ServerProcess& server, SteadyTime now);

  void start_first_server();
  void restart();
  ServerProcess* start_server(Role role);
  ServerProcess* find(Role role);

  void read_messages(ServerProcess& server);
  void on_message(ServerProcess& server, const Message& message);
  void on_listen(ServerProcess& server, const std::string& request);
  void on_forget(ServerProcess& server, const std::string& request);
  void on_ready(ServerProcess& server, const std::string& report);
  bool follow(const ServerProcess& server);

  void on_end(Servers::iterator ended, int wait_status);
  void on_end_of_current(const ServerProcess& server, int wait_status);
  void on_end_while_stopping(const ServerProcess& server, int wait_status);

  bool can_upgrade();
  void upgrade();
  void on_trial_end(int wait_status);
  void execute();
  Handover handover() const;
  void adopt(const Handover& handover);
  bool is_outdated(const ServerProcess& server) const;
  void begin_upgrade_anew(ServerProcess& server, SteadyTime ready_at);
  void on_upgraded(ServerProcess& server);
  void on_upgrade_failed(const std::string& why);

  Options options_;
  const Clock& clock_;
  const std::chrono::milliseconds heartbeat_timeout_;
  Backoff backoff_;
  ListenerKeeper keeper_;
  UniqueFd signals_;
  ServiceManager manager_;

  Servers servers_;
  std::string memo_;    // what the current server wants to be kept
  std::string status_;  // its last word on itself, for people
  bool ever_served_ = false;
  bool reload_wanted_ = false;   // a SIGHUP that came while there was no server
  bool upgrade_wanted_ = false;  // a SIGUSR2 that came while another program was being tried or started
  bool stopping_ = false;
  int stop_code_ = 0;
  std::optional<int> exit_code_;
  std::optional<SteadyTime> restart_at_;
  std::string unasked_;  // the last warning about passed sockets

  std::unique_ptr<Trial> trial_;
  UniqueFd old_binary_;  // of the servers from before an upgrade, until one of the new program has been ready
};

}  // namespace outrider::app
