// SPDX-License-Identifier: MIT
// One server process as its supervisor knows it: who it is, what it has said, and by when it must have done what.
// Supervisor only.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "app/process/socket_channel.h"
#include "base/clock.h"
#include "base/fd.h"

namespace outrider::app {

struct ServerProcess {
  enum class Role {
    current,    // the one that serves, or is to serve
    next,       // of a new binary: serves once it is ready
    retired,    // another one has taken over; finishes what is open
    dismissed,  // was told to end
  };
  static std::string_view name_of(Role role);
  static std::optional<Role> role_of(std::string_view name);

  pid_t pid = -1;
  Role role = Role::current;
  bool ready = false;
  bool of_this_binary = false;  // of the supervisor's own, not of one from before an upgrade
  bool reload_wanted = false;   // a SIGHUP that came before it could take it

  std::optional<SocketChannel> channel;  // nothing once it has been closed
  UniqueFd notes;                        // its DeathNotes
  std::chrono::milliseconds shutdown_timeout{30'000};
  std::set<std::string> listens;    // ListenSpec::key of what it has asked for
  std::optional<std::string> memo;  // what it wants kept, until it is the current one
  std::string begun_with;           // the memo that it was started with
  std::string user;                 // whom it goes on as, where it was root; empty = nobody else

  std::optional<SteadyTime> ready_at;   // by when it must be ready
  std::optional<SteadyTime> silent_at;  // by when it must have given a heartbeat
  std::optional<SteadyTime> kill_at;    // when SIGKILL is due

  void signal(int number) const;
  /// What it is busy with, or was when it died, behind `lead`; empty where nothing is known.
  std::string busy(std::string_view lead) const;
};

}  // namespace outrider::app
