// SPDX-License-Identifier: MIT
#include "app/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <utility>

#include "app/death_notes.h"
#include "app/exit_code.h"
#include "app/heartbeat.h"
#include "app/socket_source.h"
#include "app/spawn.h"
#include "base/check.h"
#include "base/log.h"

namespace outrider::app {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

UniqueFd take_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset(&wanted, number);
  CHECK(::sigprocmask(SIG_BLOCK, &wanted, nullptr) == 0);
  UniqueFd fd(::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
  CHECK(fd);
  return fd;
}

}  // namespace

Supervisor::Supervisor(std::vector<std::string> arguments, const Clock& clock)
    : arguments_(std::move(arguments)),
      clock_(clock),
      heartbeat_timeout_(heartbeat_timeout()),
      backoff_(clock),
      signals_(take_signals()) {}

int Supervisor::run() {
  start_server();
  while (!exit_code_) turn();
  return *exit_code_;
}

void Supervisor::start_server() {
  restart_at_.reset();
  silent_at_.reset();
  kill_at_.reset();
  notes_.reset();
  auto ends = SocketChannel::make_pair();
  const auto pid = ends ? spawn_server(arguments_, ends->second.fd()) : tl::unexpected(ends.error());
  if (!pid) {
    log::error("{}", pid.error().message);
    if (!ever_served_) {
      exit_code_ = exit_our_fault;
    } else {
      state_ = State::waiting;
      restart_at_ = clock_.steady() + backoff_.died();
    }
    return;
  }
  server_ = *pid;
  channel_ = std::move(ends->first);
  state_ = State::starting;
}

void Supervisor::turn() {
  pollfd fds[] = {{signals_.get(), POLLIN, 0}, {channel_ ? channel_->fd() : -1, POLLIN, 0}};
  const int timeout = poll_timeout_ms();
  const SteadyTime before = clock_.steady();
  const int ready = ::poll(fds, 2, timeout);
  CHECK(ready >= 0 || errno == EINTR);
  // After the machine or this process was stopped for a while, the server's silence says nothing.
  const bool late = timeout >= 0 && clock_.steady() - before > milliseconds(timeout) + std::chrono::seconds(1);
  if (late && silent_at_) silent_at_ = clock_.steady() + heartbeat_timeout_;
  read_messages();
  read_signals();
  check_deadlines();
}

int Supervisor::poll_timeout_ms() const {
  std::optional<SteadyTime> next;
  for (const auto& deadline : {restart_at_, silent_at_, kill_at_}) {
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
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
        reload_wanted_ = state_ != State::serving;
        if (!reload_wanted_) signal_server(SIGHUP);
        break;
      default:
        stop();
    }
  }
}

/// The second time hurries the server.
void Supervisor::stop() {
  if (server_ < 0) {
    exit_code_ = exit_fine;
    return;
  }
  state_ = State::stopping;
  silent_at_.reset();
  if (!kill_at_) kill_at_ = clock_.steady() + shutdown_timeout_ + grace;
  signal_server(SIGTERM);
}

void Supervisor::read_messages() {
  while (channel_) {
    const auto received = channel_->receive();
    if (!received) log::error("{}", received.error().message);
    if (!received || received->what == SocketChannel::Received::What::closed) {
      // The server is ending or has lost its way; SIGCHLD or the missing heartbeat tells.
      channel_.reset();
    } else if (received->what == SocketChannel::Received::What::nothing) {
      return;
    } else {
      on_message(received->message);
    }
  }
}

void Supervisor::on_message(const Message& message) {
  switch (message.kind) {
    case Message::Kind::listen:
      if (auto answered = answer_listen(keeper_, *channel_, message.text); !answered) {
        log::error("{}", answered.error().message);
      }
      break;
    case Message::Kind::notes:
      if (!message.fds.empty()) notes_.reset(::fcntl(message.fds[0].get(), F_DUPFD_CLOEXEC, 3));
      break;
    case Message::Kind::ready: {
      int timeout = 0;
      const auto parsed = std::from_chars(message.text.data(), message.text.data() + message.text.size(), timeout);
      if (parsed.ec == std::errc()) shutdown_timeout_ = milliseconds(timeout);
      if (state_ != State::starting) break;
      state_ = State::serving;
      ever_served_ = true;
      backoff_.serving();
      silent_at_ = clock_.steady() + heartbeat_timeout_;
      if (std::exchange(reload_wanted_, false)) signal_server(SIGHUP);
      break;
    }
    case Message::Kind::heartbeat:
      if (state_ == State::serving) silent_at_ = clock_.steady() + heartbeat_timeout_;
      break;
    case Message::Kind::sockets:
    case Message::Kind::refused:
      break;  // ours to send
  }
}

void Supervisor::reap() {
  int status = 0;
  pid_t pid;
  // All of them: in a container this may be the first process, which inherits orphans.
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
    if (pid == server_) on_end(status);
  }
}

void Supervisor::on_end(int wait_status) {
  read_messages();  // what it said last
  const pid_t pid = std::exchange(server_, -1);
  channel_.reset();
  silent_at_.reset();
  kill_at_.reset();
  if (state_ == State::stopping) return on_end_while_stopping(wait_status);

  const std::string busy = notes_ ? DeathNotes::read(notes_.get()) : std::string();
  const bool input = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == exit_input;
  if (!ever_served_ && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0) {
    exit_code_ = WEXITSTATUS(wait_status);  // it has said why
    return;
  }
  log::error("server process {} {}{}{}", pid, describe_end(wait_status), busy.empty() ? "" : " while serving: ", busy);
  if (!ever_served_) {
    exit_code_ = exit_our_fault;
    return;
  }
  const auto wait = backoff_.died();
  restart_at_ = clock_.steady() + wait;
  state_ = State::waiting;
  log::info("starting a new server process {}; waiting connections are kept{}",
            wait.count() == 0 ? std::string("now") : fmt::format("in {} ms", wait.count()),
            input ? "; the files must be put right for it to serve" : "");
}

void Supervisor::on_end_while_stopping(int wait_status) {
  const bool asked = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGTERM;  // before it had its handler
  if (asked || (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)) {
    exit_code_ = exit_fine;
    return;
  }
  const std::string busy = notes_ ? DeathNotes::read(notes_.get()) : std::string();
  log::error("the server process {} while stopping{}{}", describe_end(wait_status), busy.empty() ? "" : ": ", busy);
  exit_code_ = exit_our_fault;
}

void Supervisor::check_deadlines() {
  const SteadyTime now = clock_.steady();
  if (exit_code_) return;
  if (restart_at_ && now >= *restart_at_) start_server();
  if (silent_at_ && now >= *silent_at_) end_silent_server();
  if (kill_at_ && now >= *kill_at_) {
    log::error("server process {} does not end: SIGKILL", server_);
    signal_server(SIGKILL);
    kill_at_.reset();
  }
}

void Supervisor::end_silent_server() {
  const std::string busy = notes_ ? DeathNotes::read(notes_.get()) : std::string();
  log::error("server process {} has not answered for {} ms: SIGABRT{}{}", server_, heartbeat_timeout_.count(),
             busy.empty() ? "" : "; it is serving: ", busy);
  state_ = State::ending;
  silent_at_.reset();
  kill_at_ = clock_.steady() + grace;
  signal_server(SIGABRT);
}

void Supervisor::signal_server(int number) const {
  if (server_ > 0) ::kill(server_, number);
}

}  // namespace outrider::app
