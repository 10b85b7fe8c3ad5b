// SPDX-License-Identifier: MIT
// What the server does by itself about rules that turn out bad: it leaves a generation, or switches off one rule. Part
// of Server.
#include <fmt/format.h>

#include <utility>

#include "app/server.h"
#include "base/log.h"

namespace outrider::app {

void Server::begin_trial() {
  auto_rollback_->begin(generations_->live()->config->reload.rollback, generations_->before_live());
}

/// The live generation turns out bad.
void Server::leave_bad(const std::string& why) {
  Generation& live = *generations_->live();
  log::error("generation {} turns out bad: {}", live.number, why);
  if (generations_->before_live() == nullptr) {
    log::error("there is no earlier generation to go back to: generation {} goes on", live.number);
    live.note = "bad: " + why;
    return;
  }
  ReloadWish wish;
  wish.kind = ReloadWish::Kind::rollback;
  wish.origin = {"automatic rollback", ""};
  wish.leaves = live.number;
  wish.why = why;
  ask(std::move(wish));
}

/// Judges what workers have counted since. A generation that can still be left is left as a whole; a rule that was
/// switched off meanwhile would make it look good.
void Server::judge() {
  const AutoRollback::Event event = auto_rollback_->look(*generations_->live());
  if (event.proven) state_files_.is_good(generations_->live()->sources, *chores_);
  if (event.bad) leave_bad(*event.bad);
  const bool can_be_left = auto_rollback_->on_trial() && generations_->before_live() != nullptr;
  for (const FailingRules::Found& one : failing_rules_.look(!can_be_left && !reloads_->under_way())) switch_off(one);
}

void Server::switch_off(const FailingRules::Found& failing) {
  const push::Rule& rule = *failing.rule;
  const std::string error = failures_.last_error(rule);
  log::error(
      "{}: rule \"{}\" of site {} is switched off until the next reload: {} (the limit is {} %); the last error: {}; "
      "mend it and reload, or bring it back as it is with \"outrider on --rule '{}'\"",
      rule.place.text(), rule.name, failing.site, failing.why,
      generations_->live()->config->limits.failing_rules.percent, error.empty() ? "none was kept" : error, rule.name);
  use_switches();
  parent_.status(status_line());
}

/// The live generation begins anew: what it was switched off for is over.
void Server::watch_rules() {
  const bool any_off = !failing_rules_.entries().empty();
  failing_rules_.begin(*generations_->live());
  if (any_off) use_switches();
}

void Server::use_switches(std::function<void()> done) {
  const auto task = [switches = off_.switches(failing_rules_.entries())](Workplace& workplace, std::size_t) {
    workplace.use_switches(switches);
  };
  workers_->on_each(task, std::move(done));
}

}  // namespace outrider::app
