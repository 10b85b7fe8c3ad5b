// SPDX-License-Identifier: MIT
// What the supervisor's children say, and how they end.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <utility>

#include "app/command/exit_code.h"
#include "app/process/privileges.h"
#include "app/process/socket_source.h"
#include "app/process/supervisor.h"
#include "base/log.h"

namespace outrider::app {

void Supervisor::read_messages(ServerProcess& server) {
  while (server.channel) {
    const auto received = server.channel->receive();
    if (!received) log::error("{}", received.error().message);
    if (!received || received->what == SocketChannel::Received::What::closed) {
      // The server is ending or has lost its way; SIGCHLD or the missing heartbeat tells.
      server.channel.reset();
    } else if (received->what == SocketChannel::Received::What::nothing) {
      return;
    } else {
      on_message(server, received->message);
    }
  }
}

void Supervisor::on_message(ServerProcess& server, const Message& message) {
  const bool current = server.role == Role::current;
  switch (message.kind) {
    case Message::Kind::listen:
      on_listen(server, message.text);
      break;
    case Message::Kind::forget:
      on_forget(server, message.text);
      break;
    case Message::Kind::keep:
      // Of one that is not yet, or no longer, the current one it must not replace what the current one said.
      if (current) memo_ = message.text;
      if (server.role == Role::next) server.memo = message.text;
      break;
    case Message::Kind::notes:
      if (!message.fds.empty()) server.notes.reset(::fcntl(message.fds[0].get(), F_DUPFD_CLOEXEC, 3));
      break;
    case Message::Kind::user:
      server.user = message.text;
      break;
    case Message::Kind::ready:
      on_ready(server, message.text);
      break;
    case Message::Kind::reloading:
      if (current && !stopping_) manager_.reloading();
      break;
    case Message::Kind::reloaded: {
      const auto report = ServingReport::decode(message.text);
      server.shutdown_timeout = report.shutdown_timeout;
      if (!current || stopping_) break;
      status_ = report.status;
      if (find(Role::next) == nullptr) manager_.ready(status_);
      break;
    }
    case Message::Kind::status:
      if (!current || stopping_) break;
      status_ = message.text;
      manager_.status(status_);
      break;
    case Message::Kind::stopping:
      if (!stopping_ && current) log::info("server process {} stops by itself", server.pid);
      break;
    case Message::Kind::heartbeat:
      if (server.silent_at) server.silent_at = clock_.steady() + heartbeat_timeout_;
      if (current) manager_.alive();
      break;
    case Message::Kind::kept:
    case Message::Kind::sockets:
    case Message::Kind::forgotten:
    case Message::Kind::refused:
    case Message::Kind::retire:
      break;  // ours to send
  }
}

void Supervisor::on_listen(ServerProcess& server, const std::string& request) {
  if (const auto spec = ListenSpec::decode(request)) server.listens.insert(spec->key());
  auto answered = answer_listen(keeper_, *server.channel, request);
  // It may have met the first one while it waited for this answer, and have passed over it.
  if (answered && server.role == Role::retired) answered = server.channel->send(Message::Kind::retire);
  if (!answered) log::error("{}", answered.error().message);
}

void Supervisor::on_forget(ServerProcess& server, const std::string& request) {
  const auto spec = ListenSpec::decode(request);
  if (spec) {
    const std::string key = spec->key();
    server.listens.erase(key);
    const bool wanted = std::any_of(servers_.begin(), servers_.end(), [&](const ServerProcess& one) {
      return (one.role == Role::current || one.role == Role::next) && one.listens.count(key) != 0;
    });
    if (!wanted) keeper_.forget(*spec);
  }
  auto answered = spec ? server.channel->send(Message::Kind::forgotten)
                       : server.channel->send(Message::Kind::refused, spec.error().message);
  if (answered && server.role == Role::retired) answered = server.channel->send(Message::Kind::retire);
  if (!answered) log::error("{}", answered.error().message);
}

/// The listeners are open: root is needed no more. False where it cannot be given up, which ends everything.
bool Supervisor::follow(const ServerProcess& server) {
  if (!is_root()) return true;
  if (auto became = become_user(server.user, LowPorts::kept); !became) {
    log::error("{}; nobody serves as root against the configuration's word: everything is stopped",
               became.error().message);
    stop_code_ = exit_our_fault;
    stop();
    return false;
  }
  log::info("going on as user \"{}\"", server.user);
  return true;
}

void Supervisor::on_ready(ServerProcess& server, const std::string& text) {
  const auto report = ServingReport::decode(text);
  server.shutdown_timeout = report.shutdown_timeout;
  const bool serves = server.role == Role::current || server.role == Role::next;
  if (server.ready || stopping_ || !serves) return;
  if (is_outdated(server)) {
    return begin_upgrade_anew(server, server.ready_at.value_or(clock_.steady() + options_.upgrade_patience));
  }
  if (!server.user.empty() && !follow(server)) return;
  server.ready = true;
  server.ready_at.reset();
  server.silent_at = clock_.steady() + heartbeat_timeout_;
  ever_served_ = true;
  status_ = report.status;
  backoff_.serving();
  if (server.of_this_binary) old_binary_.reset();
  if (server.role == Role::next) on_upgraded(server);
  // What another configuration listened on: nobody would ever accept there.
  keeper_.retain([&](const std::string& key) { return server.listens.count(key) != 0; });
  if (find(Role::next) == nullptr) manager_.ready(status_);
  const std::string unasked = unasked_warning(keeper_.unasked());
  if (!unasked.empty() && unasked != unasked_) log::warning("{}", unasked);
  unasked_ = unasked;
  if (std::exchange(server.reload_wanted, false)) server.signal(SIGHUP);
}

void Supervisor::on_end(Servers::iterator ended, int wait_status) {
  read_messages(*ended);  // what it said last
  const ServerProcess server = std::move(*ended);
  servers_.erase(ended);
  if (stopping_) return on_end_while_stopping(server, wait_status);

  const bool well = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
  switch (server.role) {
    case Role::current:
      on_end_of_current(server, wait_status);
      break;
    case Role::next:
      on_upgrade_failed(fmt::format("server process {} {}{}", server.pid, describe_end(wait_status),
                                    server.busy(" while serving: ")));
      break;
    case Role::retired:
      if (well) {
        log::info("server process {} has finished what was open", server.pid);
      } else {
        log::error("server process {}, which another one has replaced, {}{}", server.pid, describe_end(wait_status),
                   server.busy(" while serving: "));
      }
      break;
    case Role::dismissed:
      log::info("server process {} has ended", server.pid);
  }
}

void Supervisor::on_end_of_current(const ServerProcess& server, int wait_status) {
  if (!ever_served_ && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0) {
    exit_code_ = WEXITSTATUS(wait_status);  // it has said why
    return;
  }
  const std::string end = fmt::format("server process {} {}", server.pid, describe_end(wait_status));
  log::error("{}{}", end, server.busy(" while serving: "));
  if (!ever_served_) {
    exit_code_ = exit_our_fault;
    return;
  }
  manager_.status(end + "; a new one is started");
  if (ServerProcess* next = find(Role::next)) {
    log::info("the server process of the new binary, {}, takes its place", next->pid);
    next->role = Role::current;
    if (next->memo) memo_ = *std::exchange(next->memo, std::nullopt);
    return;
  }
  reload_wanted_ = reload_wanted_ || server.reload_wanted;
  const auto wait = backoff_.died();
  restart_at_ = clock_.steady() + wait;
  const bool input = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == exit_input;
  log::info("starting a new server process {}; waiting connections are kept{}",
            wait.count() == 0 ? std::string("now") : fmt::format("in {} ms", wait.count()),
            input ? "; the files must be put right for it to serve" : "");
}

void Supervisor::on_end_while_stopping(const ServerProcess& server, int wait_status) {
  const bool asked = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGTERM;  // before it had its handler
  const bool well = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
  if (!asked && !well && server.role != Role::dismissed) {
    log::error("the server process {} while stopping{}", describe_end(wait_status), server.busy(": "));
    stop_code_ = exit_our_fault;
  }
  if (servers_.empty()) exit_code_ = stop_code_;
}

}  // namespace outrider::app
