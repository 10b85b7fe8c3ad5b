// SPDX-License-Identifier: MIT
#include "app/worker/workplace.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "app/worker/live_answer.h"
#include "base/log.h"

namespace outrider::app {
namespace {

/// How long connections that were told to go still get hints. After that a generation's memory is not kept for the sake
/// of one long download.
constexpr std::chrono::seconds rules_grace{10};

}  // namespace

Workplace::Workplace(http::EventLoop& loop, const Shared& shared, const Serving& serving,
                     std::shared_ptr<const push::WorkerRules> rules)
    : loop_(loop),
      shared_(shared),
      observer_(*shared.failures),
      upstreams_(loop, live_),
      serving_(serving),
      rules_(std::move(rules)) {
  use_log(serving_.access_log, log_format(*serving_.config));
  current_ = make_frontend(serving_);
  current_->use_rules(rules_);
}

Workplace::~Workplace() = default;

std::unique_ptr<http::Frontend> Workplace::make_frontend(const Serving& serving) {
  http::FrontendOptions options;
  options.config = serving.config;
  options.tls = serving.tls;
  options.observer = &observer_;
  options.observe_every_request = serving.access_log != nullptr;
  options.counters = &live_;
  options.upstreams = &upstreams_;
  options.knowledge = &knowledge_;
  options.recent = &recent_;
  options.healthy = shared_.healthy;
  options.progress = [note = shared_.note](std::string_view phase, std::string_view rule, std::string_view path) {
    note->set(phase, rule, path);
  };
  return std::make_unique<http::Frontend>(loop_, std::move(options));
}

void Workplace::listen(std::vector<http::ListeningSocket> sockets) {
  current_->listen(std::move(sockets));
}

void Workplace::use_rules(std::shared_ptr<const push::WorkerRules> rules) {
  rules_ = std::move(rules);
  current_->use_rules(rules_);
}

void Workplace::use_switches(std::shared_ptr<const push::Switches> switches) {
  switches_ = std::move(switches);
  current_->use_switches(switches_);
  for (const Old& old : old_) old.frontend->use_switches(switches_);
}

void Workplace::use_tls(std::vector<std::shared_ptr<const tls::ServerContext>> tls) {
  serving_.tls = std::move(tls);
  current_->use_tls(serving_.tls);
}

void Workplace::use_log(std::shared_ptr<observe::AccessLog> log, observe::LogFormat format) {
  serving_.access_log = log;
  observer_.use_log(std::move(log), format);
}

bool Workplace::use_config(const Serving& serving, std::shared_ptr<const push::WorkerRules> rules,
                           const std::vector<std::optional<std::size_t>>& listen_of) {
  std::unique_ptr<http::Frontend> fresh;
  try {
    fresh = make_frontend(serving);
  } catch (const std::runtime_error& error) {
    log::error("a worker goes on with the configuration that it has: {}", error.what());
    return false;
  }
  rules_ = std::move(rules);
  fresh->use_rules(rules_);
  fresh->use_switches(switches_);
  fresh->take_over(*current_, listen_of);
  retire(std::exchange(current_, std::move(fresh)));
  if (draining_) current_->drain(http::Leave::soon);
  serving_ = serving;
  return true;
}

void Workplace::let_go() {
  if (draining_) return;
  std::vector<std::optional<std::size_t>> same(serving_.config->listen.size());
  for (std::size_t index = 0; index < same.size(); ++index) same[index] = index;
  use_config(Serving(serving_), rules_, same);
}

void Workplace::retire(std::unique_ptr<http::Frontend> frontend) {
  frontend->drain(http::Leave::gently);
  const std::chrono::milliseconds patience(serving_.config->limits.drain_timeout_ms);
  const SteadyTime now = std::chrono::steady_clock::now();
  old_.push_back({std::move(frontend), now + rules_grace, now + patience});
  remove_drained();
}

void Workplace::remove_drained() {
  old_.remove_if([](const Old& old) { return old.frontend->drained(); });
  old_count_.store(old_.size(), std::memory_order_relaxed);
}

void Workplace::drain() {
  draining_ = true;
  current_->drain(http::Leave::soon);
  for (const Old& old : old_) old.frontend->drain(http::Leave::soon);
}

bool Workplace::drained() const {
  return current_->drained() &&
         std::all_of(old_.begin(), old_.end(), [](const Old& old) { return old.frontend->drained(); });
}

void Workplace::close_all() {
  current_->close_all();
  for (const Old& old : old_) old.frontend->close_all();
}

void Workplace::tick() {
  observer_.flush();
  if (old_.empty()) return;
  const SteadyTime now = std::chrono::steady_clock::now();
  for (Old& old : old_) {
    if (now >= old.forget_rules_at && std::exchange(old.has_rules, false)) old.frontend->use_rules(nullptr);
    if (now >= old.deadline && !std::exchange(old.cut, true)) old.frontend->close_all();
  }
  remove_drained();
}

LiveAnswer Workplace::explain(std::shared_ptr<const Question> question) {
  const http::Rehearsal rehearsal = current_->rehearsal();
  const http::RouteLook look;
  LiveAnswer live{rehearsal.config(), rehearsal.rules(), std::move(question), {}};
  shared_.note->set("explain", {}, live.question->request.path);
  live.answer = ask({*live.config, rehearsal.sites(), *live.rules, look, &rehearsal}, *live.question);
  shared_.note->set({}, {}, {});
  return live;
}

RecentAnswer Workplace::recent(std::string_view id) const {
  return {recent_.find(id), recent_.kept()};
}

}  // namespace outrider::app
