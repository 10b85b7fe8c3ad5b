// SPDX-License-Identifier: MIT
// What systemd is told and what it passes in: sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3). Started by
// anything else, all of it does nothing. One thread, the one that started: LISTEN_PID and WATCHDOG_PID name its
// process.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"

namespace outrider::app {

class ServiceManager {
 public:
  /// Reads from the environment whether WATCHDOG=1 is wanted, and warns where it is wanted more often than the server
  /// process gives its heartbeat.
  ServiceManager();

  /// READY=1, MAINPID and STATUS: the service serves, or a reload has ended.
  void ready(const std::string& status);
  /// RELOADING=1 with MONOTONIC_USEC: until ready().
  void reloading();
  /// STOPPING=1.
  void stopping();
  /// STATUS alone: one line for people.
  void status(const std::string& text);
  /// WATCHDOG=1, where it is wanted. To be called only when every worker has answered.
  void alive();

 private:
  void tell(const std::string& lines);

  bool watchdog_ = false;
  bool failed_ = false;  // reported once
};

/// Listening sockets that the service manager passed in (LISTEN_FDS). The variables are taken out of the environment.
struct PassedSockets {
  std::vector<UniqueFd> fds;          // TCP and unix stream sockets that listen
  std::vector<std::string> problems;  // one sentence for each that is something else
};
PassedSockets take_passed_sockets();

/// "the service manager passed sockets that no listener asks for: …", or empty where there are none.
std::string unasked_warning(const std::vector<std::string>& addresses);

/// Takes everything of the service manager out of the environment. In a child, between fork and exec: what a child said
/// in our name would be believed.
void hide_service_manager();

}  // namespace outrider::app
