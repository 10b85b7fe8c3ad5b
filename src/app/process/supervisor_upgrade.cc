// SPDX-License-Identifier: MIT
// SIGUSR2: another program in this process's place, and its server in the running one's.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include <utility>

#include "app/process/supervisor.h"
#include "base/log.h"
#include "base/version.h"

namespace outrider::app {

bool Supervisor::can_upgrade() {
  const ServerProcess* current = find(Role::current);
  return !trial_ && find(Role::next) == nullptr && current != nullptr && current->ready;
}

void Supervisor::upgrade() {
  if (stopping_) return;
  upgrade_wanted_ = !can_upgrade();
  if (upgrade_wanted_) {
    log::info("SIGUSR2: {} is tried as soon as {}", options_.binary,
              trial_ || find(Role::next) != nullptr ? "the upgrade that is going on has ended" : "a server is ready");
    return;
  }
  log::info("SIGUSR2: trying {} before it takes over", options_.binary);
  trial_ = std::make_unique<Trial>(options_.binary, options_.check_arguments, clock_);
  if (auto started = trial_->start(); !started) {
    trial_.reset();
    log::error("{}; nothing was changed", started.error().message);
  }
}

void Supervisor::on_trial_end(int wait_status) {
  const auto verdict = trial_->on_end(wait_status);
  if (verdict == Trial::Verdict::open) return;
  const auto trial = std::move(trial_);
  if (verdict == Trial::Verdict::good) return execute();
  log::error("{}", trial->complaint());
}

void Supervisor::execute() {
  const ServerProcess* current = find(Role::current);
  if (current == nullptr || !current->ready) {
    log::error("the new binary {} is fine, but the server process has died meanwhile; nothing was changed",
               options_.binary);
    return;
  }
  if (!old_binary_) old_binary_.reset(::open(this_binary, O_PATH | O_CLOEXEC));
  const Handover all = handover();
  const auto memory = all.write();
  if (!memory) {
    log::error("{}; nothing was changed", memory.error().message);
    return;
  }
  std::vector<int> inherited = all.descriptors();
  inherited.push_back(memory->get());
  ::setenv(Handover::variable, std::to_string(memory->get()).c_str(), 1);
  // Blocked signals stay blocked, and what is pending stays pending: the next image reads them.
  const Error error = execute_in_place(options_.binary, options_.arguments, inherited);
  ::unsetenv(Handover::variable);
  log::error("{}; nothing was changed", error.message);
}

Handover Supervisor::handover() const {
  Handover all;
  all.listeners = keeper_.describe();
  all.binary = options_.binary;
  all.memo = memo_;
  all.status = status_;
  all.old_binary = old_binary_.get();
  for (const ServerProcess& server : servers_) {
    Handover::Server one;
    one.pid = server.pid;
    one.role = server.role;
    one.ready = server.ready;
    one.line = server.channel ? server.channel->fd() : -1;
    one.notes = server.notes.get();
    one.shutdown_timeout = server.shutdown_timeout;
    one.listens.assign(server.listens.begin(), server.listens.end());
    all.servers.push_back(std::move(one));
  }
  return all;
}

void Supervisor::adopt(const Handover& handover) {
  const SteadyTime now = clock_.steady();
  for (const HeldListener& listener : handover.listeners) keeper_.adopt(listener);
  for (const Handover::Server& one : handover.servers) {
    ServerProcess& server = servers_.emplace_back();
    server.pid = one.pid;
    server.role = one.role;
    server.ready = one.ready;
    if (one.line >= 0) server.channel.emplace(UniqueFd(one.line));
    server.notes.reset(one.notes);
    server.shutdown_timeout = one.shutdown_timeout;
    server.listens.insert(one.listens.begin(), one.listens.end());
    if (server.ready && server.role != Role::dismissed) server.silent_at = now + heartbeat_timeout_;
    if (server.role == Role::dismissed) server.kill_at = now + grace;
  }
  options_.binary = handover.binary;
  memo_ = handover.memo;
  status_ = handover.status;
  old_binary_.reset(handover.old_binary);
  ever_served_ = true;
  log::info("outrider {} has taken over {} listeners and starts its own server process", version,
            handover.listeners.size());
  manager_.reloading();
  if (ServerProcess* next = start_server(Role::next)) {
    next->ready_at = now + options_.upgrade_patience;
  } else {
    on_upgrade_failed("the new server process cannot be started");
  }
  reap();  // who ended while nobody looked
}

bool Supervisor::is_outdated(const ServerProcess& server) const {
  return server.role == Role::next && server.begun_with != memo_;
}

/// It has begun to accept, so it ends as a server does; another one takes its place.
void Supervisor::begin_upgrade_anew(ServerProcess& server, SteadyTime ready_at) {
  log::info("what runs has changed while server process {} started: starting another one", server.pid);
  server.role = Role::dismissed;
  server.kill_at = clock_.steady() + server.shutdown_timeout + grace;
  server.signal(SIGTERM);
  if (ServerProcess* next = start_server(Role::next)) {
    next->ready_at = ready_at;
  } else {
    on_upgrade_failed("the new server process cannot be started");
  }
}

void Supervisor::on_upgraded(ServerProcess& server) {
  if (server.memo) memo_ = *std::exchange(server.memo, std::nullopt);
  if (ServerProcess* old = find(Role::current)) {
    log::info("server process {} of outrider {} serves; {} finishes what is open there", server.pid, version, old->pid);
    old->role = Role::retired;
    old->reload_wanted = false;
    if (!old->channel || !old->channel->send(Message::Kind::retire)) {
      log::error("server process {} cannot be told to retire: SIGTERM", old->pid);
      old->signal(SIGTERM);
    }
  }
  server.role = Role::current;
}

void Supervisor::on_upgrade_failed(const std::string& why) {
  const ServerProcess* current = find(Role::current);
  log::error("the upgrade has failed: {}; server process {} goes on", why, current != nullptr ? current->pid : -1);
  manager_.ready(status_);
}

}  // namespace outrider::app
