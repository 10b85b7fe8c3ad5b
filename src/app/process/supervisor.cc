// SPDX-License-Identifier: MIT
#include "app/process/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "app/command/exit_code.h"
#include "app/process/heartbeat.h"
#include "base/check.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

UniqueFd take_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD}) sigaddset(&wanted, number);
  CHECK(::sigprocmask(SIG_BLOCK, &wanted, nullptr) == 0);
  UniqueFd fd(::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
  CHECK(fd);
  return fd;
}

}  // namespace

Supervisor::Options Supervisor::Options::from(const RunCommand& command) {
  Options options;
  options.arguments = command.arguments;
  if (command.files.empty()) {
    options.check_arguments = {"check", "--no-warnings", "-c", command.config};
  } else {
    options.check_arguments = {"--version"};
  }
  return options;
}

Supervisor::Supervisor(Options options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      heartbeat_timeout_(heartbeat_timeout()),
      backoff_(clock),
      signals_(take_signals()) {}

int Supervisor::run() {
  begin();
  while (!exit_code_) turn();
  return *exit_code_;
}

void Supervisor::begin() {
  const auto handover = Handover::take();
  if (!handover) {
    // Without the sockets there is nothing to go on with; the server sees the line close and finishes what it has.
    log::error("{}", handover.error().message);
    exit_code_ = exit_our_fault;
  } else if (*handover) {
    adopt(**handover);
  } else {
    start_first_server();
  }
}

void Supervisor::start_first_server() {
  PassedSockets passed = take_passed_sockets();
  for (const std::string& problem : passed.problems) log::error("{}", problem);
  if (!passed.problems.empty()) {
    exit_code_ = exit_input;
    return;
  }
  for (UniqueFd& fd : passed.fds) keeper_.add_passed(std::move(fd));
  if (start_server(Role::current) == nullptr) exit_code_ = exit_our_fault;
}

void Supervisor::restart() {
  restart_at_.reset();
  if (start_server(Role::current) == nullptr) restart_at_ = clock_.steady() + backoff_.died();
}

ServerProcess* Supervisor::start_server(Role role) {
  auto ends = SocketChannel::make_pair();
  const bool of_old = old_binary_ && role == Role::current;
  const std::string binary = of_old ? fmt::format("/proc/self/fd/{}", old_binary_.get()) : this_binary;
  const auto pid = ends ? spawn_server(binary, options_.arguments, ends->second.fd()) : tl::unexpected(ends.error());
  if (!pid) {
    log::error("{}", pid.error().message);
    return nullptr;
  }
  ServerProcess& server = servers_.emplace_back();
  server.pid = *pid;
  server.role = role;
  server.of_this_binary = !of_old;
  server.channel = std::move(ends->first);
  server.reload_wanted = role == Role::current && std::exchange(reload_wanted_, false);
  server.begun_with = memo_;
  // The first one says itself what is wrong and ends; later ones are waited for by nobody.
  if (ever_served_) server.ready_at = clock_.steady() + start_patience;
  if (auto sent = server.channel->send(Message::Kind::kept, memo_); !sent) log::error("{}", sent.error().message);
  return &server;
}

ServerProcess* Supervisor::find(Role role) {
  const auto found =
      std::find_if(servers_.begin(), servers_.end(), [&](const ServerProcess& one) { return one.role == role; });
  return found == servers_.end() ? nullptr : &*found;
}

void Supervisor::turn() {
  std::vector<pollfd> fds{{signals_.get(), POLLIN, 0}};
  for (const ServerProcess& server : servers_) fds.push_back({server.channel ? server.channel->fd() : -1, POLLIN, 0});
  const int timeout = poll_timeout_ms();
  const SteadyTime before = clock_.steady();
  const int ready = ::poll(fds.data(), fds.size(), timeout);
  CHECK(ready >= 0 || errno == EINTR);
  // After the machine or this process was stopped for a while, the server's silence says nothing.
  if (timeout >= 0 && clock_.steady() - before > milliseconds(timeout) + std::chrono::seconds(1)) {
    for (ServerProcess& server : servers_) {
      if (server.silent_at) server.silent_at = clock_.steady() + heartbeat_timeout_;
    }
  }
  for (ServerProcess& server : servers_) read_messages(server);
  read_signals();
  check_deadlines();
  if (upgrade_wanted_ && can_upgrade()) upgrade();
}

int Supervisor::poll_timeout_ms() const {
  std::optional<SteadyTime> next = restart_at_;
  const auto consider = [&](const std::optional<SteadyTime>& deadline) {
    if (deadline && (!next || *deadline < *next)) next = deadline;
  };
  for (const ServerProcess& server : servers_) {
    consider(server.ready_at);
    consider(server.silent_at);
    consider(server.kill_at);
  }
  if (trial_) consider(trial_->deadline());
  if (!next) return -1;
  // One more millisecond, or the last fraction of one would be spent spinning.
  const auto wait = duration_cast<milliseconds>(*next - clock_.steady()).count() + 1;
  return static_cast<int>(std::clamp<long long>(wait, 0, INT_MAX));
}

void Supervisor::read_signals() {
  signalfd_siginfo info;
  while (::read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
    switch (info.ssi_signo) {
      case SIGCHLD:
        reap();
        break;
      case SIGHUP:
        reload();
        break;
      case SIGUSR1:
        // Those that finish what is open write to the logs, too.
        for (const ServerProcess& server : servers_) server.signal(SIGUSR1);
        break;
      case SIGUSR2:
        upgrade();
        break;
      default:
        stop();
    }
  }
}

void Supervisor::reload() {
  if (stopping_) return;
  for (ServerProcess& server : servers_) {
    if (server.role != Role::current && server.role != Role::next) continue;
    server.reload_wanted = !server.ready;
    if (server.ready) server.signal(SIGHUP);
  }
  reload_wanted_ = find(Role::current) == nullptr;
}

/// The second time hurries the server.
void Supervisor::stop() {
  stopping_ = true;
  restart_at_.reset();
  trial_.reset();
  manager_.stopping();
  for (ServerProcess& server : servers_) {
    server.silent_at.reset();
    server.ready_at.reset();
    if (!server.kill_at) server.kill_at = clock_.steady() + server.shutdown_timeout + grace;
    server.signal(SIGTERM);
  }
  if (servers_.empty()) exit_code_ = exit_fine;
}

void Supervisor::reap() {
  int status = 0;
  pid_t pid;
  // All of them: in a container this may be the first process, which inherits orphans.
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
    if (trial_ && trial_->pid() == pid) on_trial_end(status);
    const auto ended =
        std::find_if(servers_.begin(), servers_.end(), [&](const ServerProcess& one) { return one.pid == pid; });
    if (ended != servers_.end()) on_end(ended, status);
  }
}

void Supervisor::check_deadlines() {
  if (exit_code_) return;
  const SteadyTime now = clock_.steady();
  if (restart_at_ && now >= *restart_at_) restart();
  for (ServerProcess& server : servers_) check_deadlines_of(server, now);
  if (trial_ && now >= trial_->deadline()) {
    trial_.reset();
    log::error("the new binary {} has not ended its check within {} s; nothing was changed", options_.binary,
               Trial::patience.count());
  }
}

void Supervisor::check_deadlines_of(ServerProcess& server, SteadyTime now) {
  if (server.silent_at && now >= *server.silent_at) {
    log::error("server process {} has not answered for {} ms: SIGABRT{}", server.pid, heartbeat_timeout_.count(),
               server.busy("; it is serving: "));
    server.silent_at.reset();
    server.kill_at = now + grace;
    server.signal(SIGABRT);
  }
  if (server.ready_at && now >= *server.ready_at) {
    server.ready_at.reset();
    server.kill_at = now + grace;
    const std::string why = fmt::format("server process {} has not become ready in time", server.pid);
    if (server.role == Role::next) {
      server.role = Role::dismissed;
      on_upgrade_failed(why);
    } else {
      log::error("{}: it is ended", why);
    }
    server.signal(SIGTERM);
  }
  if (server.kill_at && now >= *server.kill_at) {
    log::error("server process {} does not end: SIGKILL", server.pid);
    server.signal(SIGKILL);
    server.kill_at.reset();
  }
}

}  // namespace outrider::app
