// SPDX-License-Identifier: MIT
#include "app/process/service_manager.h"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/process/heartbeat.h"
#include "app/process/listen_socket.h"
#include "base/log.h"

namespace outrider::app {
namespace {

/// A line of its own: a line break would begin another assignment.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char byte) { return byte < 0x20; }, ' ');
  return text;
}

std::uint64_t monotonic_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

/// Empty where `fd` is a socket to accept connections from.
std::string problem_of(int fd) {
  int type = 0, accepts = 0;
  socklen_t size = sizeof(type);
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return std::strerror(errno);
  const int family = bound_address(fd).family();
  if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) return "neither TCP nor unix";
  if (type != SOCK_STREAM) return "no stream socket (ListenStream= makes one)";
  size = sizeof(accepts);
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) != 0) return std::strerror(errno);
  return accepts != 0 ? "" : "a connection or not listening (Accept=no is wanted)";
}

}  // namespace

ServiceManager::ServiceManager() {
  const auto heartbeat = heartbeat_interval();
  std::uint64_t microseconds = 0;
  watchdog_ = ::sd_watchdog_enabled(0, &microseconds) > 0;
  const auto wanted = std::chrono::milliseconds(microseconds / 1000);
  if (watchdog_ && wanted < 2 * heartbeat) {
    log::warning(
        "the service manager wants a sign of life each {} ms, and the server gives one each {} ms: set "
        "WatchdogSec= to {} s or more",
        wanted.count(), heartbeat.count(), (2 * heartbeat.count() + 999) / 1000);
  }
}

void ServiceManager::ready(const std::string& status) {
  tell(fmt::format("READY=1\nMAINPID={}\nSTATUS={}", ::getpid(), one_line(status)));
}

void ServiceManager::reloading() {
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=Reloading", monotonic_us()));
}

void ServiceManager::stopping() {
  tell("STOPPING=1\nSTATUS=Stopping: requests in flight are finished");
}

void ServiceManager::status(const std::string& text) {
  tell("STATUS=" + one_line(text));
}

void ServiceManager::alive() {
  if (watchdog_) tell("WATCHDOG=1");
}

void ServiceManager::tell(const std::string& lines) {
  const int sent = ::sd_notify(0, lines.c_str());
  if (sent >= 0 || failed_) return;
  failed_ = true;
  const char* socket = std::getenv("NOTIFY_SOCKET");
  log::warning("cannot tell the service manager at {}: {}", socket != nullptr ? socket : "", std::strerror(-sent));
}

PassedSockets take_passed_sockets() {
  PassedSockets passed;
  char** names = nullptr;
  const int count = ::sd_listen_fds_with_names(1, &names);
  if (count < 0) {
    passed.problems.push_back(
        fmt::format("LISTEN_FDS: the sockets of the service manager cannot be taken: {}", std::strerror(-count)));
  }
  for (int index = 0; index < count; ++index) {
    UniqueFd fd(SD_LISTEN_FDS_START + index);
    const std::string problem = problem_of(fd.get());
    if (problem.empty()) {
      passed.fds.push_back(std::move(fd));
    } else {
      passed.problems.push_back(fmt::format(
          "LISTEN_FDS: descriptor {} (\"{}\"), passed by the service manager, is no listening stream socket: {}",
          fd.get(), names != nullptr ? names[index] : "", problem));
    }
  }
  if (names != nullptr) {
    for (char** name = names; *name != nullptr; ++name) std::free(*name);
    std::free(names);
  }
  return passed;
}

std::string unasked_warning(const std::vector<std::string>& addresses) {
  if (addresses.empty()) return {};
  return fmt::format(
      "the service manager passed sockets that no listener asks for, and whoever connects there waits for ever: {}; "
      "add listeners for them, or take them out of the socket unit",
      fmt::join(addresses, ", "));
}

void hide_service_manager() {
  for (const char* name :
       {"NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
    ::unsetenv(name);
  }
}

}  // namespace outrider::app
