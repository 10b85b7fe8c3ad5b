// SPDX-License-Identifier: MIT
// What one image of the supervisor leaves to the next, which is executed in its place (same process, same children,
// same descriptors): the held sockets and the server processes, as JSON in a memfd whose number is in the environment.
// Descriptors are plain numbers here; whoever adopts one owns it.
//
// The format has a number. Before an image is executed it is asked for its own (--handover-version): one that reads
// another format is refused while everything still runs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/process/listener_keeper.h"
#include "app/process/server_process.h"
#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

struct Handover {
  /// Of this format, of what goes over a SocketChannel and of DeathNotes: an image speaks with the server processes of
  /// the one before.
  static constexpr int version = 2;
  /// In the environment: the number of the memfd.
  static constexpr const char* variable = "OUTRIDER_HANDOVER";
  /// The hidden option that prints `version` and exits with 0.
  static constexpr const char* version_option = "--handover-version";

  struct Server {
    pid_t pid = -1;
    ServerProcess::Role role = ServerProcess::Role::current;
    bool ready = false;
    int line = -1;   // the supervisor's end of its SocketChannel; -1 = closed
    int notes = -1;  // its DeathNotes; -1 = none yet
    std::chrono::milliseconds shutdown_timeout{0};
    std::vector<std::string> listens;  // ListenSpec::key
  };

  std::vector<HeldListener> listeners;
  std::vector<Server> servers;
  std::string binary;   // what SIGUSR2 executes: the path as it was at the first start, whatever runs now
  std::string memo;     // any bytes
  std::string status;   // the current server's last word on itself
  int old_binary = -1;  // the program of the servers above, for as long as no server of another one has been ready

  std::string encode() const;
  /// Errors: not this format, or not of this version; which.
  static Result<Handover> decode(std::string_view text);

  /// All descriptors that are named.
  std::vector<int> descriptors() const;

  /// Into a memfd, which is inherited through exec.
  Result<UniqueFd> write() const;
  /// What the environment names, or nothing where it names nothing; takes it out of the environment, closes the memfd,
  /// and makes all descriptors close-on-exec. Errors: unreadable, or a descriptor that is not open or named twice.
  static Result<std::optional<Handover>> take();
};

}  // namespace outrider::app
