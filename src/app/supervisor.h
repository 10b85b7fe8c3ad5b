// SPDX-License-Identifier: MIT
// The process that stays: it holds the listening sockets, starts the server process, restarts it with back-off when it
// dies or no longer answers, and passes signals on. No Lua, no libh2o, one thread, so that nothing here can die of a
// request. It never outlives its purpose: without it the server sees the line close and shuts down by itself.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "app/backoff.h"
#include "app/listener_keeper.h"
#include "app/socket_channel.h"
#include "base/clock.h"
#include "base/fd.h"

namespace outrider::app {

class Supervisor {
 public:
  /// Beyond the server's own shutdown timeout, before SIGKILL.
  static constexpr std::chrono::milliseconds grace{5000};

  /// `arguments`: this process's own, without the program's name; the server gets the same.
  Supervisor(std::vector<std::string> arguments, const Clock& clock);

  /// Runs until the server was stopped by SIGTERM or SIGINT, or could not start the first time. Returns the exit code.
  int run();

 private:
  enum class State { starting, serving, ending, waiting, stopping };

  void start_server();
  void turn();
  int poll_timeout_ms() const;
  void read_signals();
  void stop();
  void read_messages();
  void on_message(const Message& message);
  void reap();
  void on_end(int wait_status);
  void on_end_while_stopping(int wait_status);
  void check_deadlines();
  void end_silent_server();
  void signal_server(int number) const;

  const std::vector<std::string> arguments_;
  const Clock& clock_;
  const std::chrono::milliseconds heartbeat_timeout_;
  Backoff backoff_;
  ListenerKeeper keeper_;
  UniqueFd signals_;

  State state_ = State::waiting;
  bool ever_served_ = false;
  bool reload_wanted_ = false;  // a SIGHUP that came before the server could take it
  std::optional<int> exit_code_;

  pid_t server_ = -1;
  std::optional<SocketChannel> channel_;
  UniqueFd notes_;
  std::chrono::milliseconds shutdown_timeout_{30'000};
  std::optional<SteadyTime> restart_at_, silent_at_, kill_at_;
};

}  // namespace outrider::app
