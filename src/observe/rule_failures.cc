// SPDX-License-Identifier: MIT
#include "observe/rule_failures.h"

#include <fmt/format.h>

#include "base/log.h"

namespace outrider::observe {
namespace {

/// `rules/shop.lua:12: rule "cart"`
std::string where_is(const push::Rule& rule) {
  const std::string place = rule.place.text();
  return fmt::format("{}{}rule \"{}\"", place, place.empty() ? "" : ": ", rule.name);
}

}  // namespace

std::string failure_line(std::string_view where, std::string_view error, std::uint64_t times) {
  const auto first_end = std::min(error.find('\n'), error.size());
  return fmt::format("{} failed: {}{}{}", where, error.substr(0, first_end),
                     times > 1 ? fmt::format(" ({} times in the last minute)", times) : std::string(),
                     error.substr(first_end));
}

void RuleFailures::add(const push::Rule& rule, std::string_view error) {
  const std::string where = where_is(rule);
  const std::lock_guard lock(mutex_);
  const bool known = totals_.size() < max_names || totals_.count(rule.name) > 0;
  ++totals_[known ? rule.name : "other"];
  auto [entry, fresh] = recent_.try_emplace(where);
  Recent& recent = entry->second;
  recent.error = error;
  ++recent.unlogged;
  const SteadyTime now = clock_.steady();
  if (fresh) {
    recent.where = where;
    log_waiting(recent, now);
  } else if (now - recent.logged_at >= interval) {
    log_waiting(recent, now);
  }
}

std::string RuleFailures::last_error(const push::Rule& rule) const {
  const std::lock_guard lock(mutex_);
  const auto found = recent_.find(where_is(rule));
  return found == recent_.end() ? std::string() : found->second.error.substr(0, found->second.error.find('\n'));
}

void RuleFailures::tick() {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = clock_.steady();
  for (auto& [where, recent] : recent_) {
    if (recent.unlogged > 0 && now - recent.logged_at >= interval) log_waiting(recent, now);
  }
}

void RuleFailures::forget_rules() {
  const std::lock_guard lock(mutex_);
  for (auto& [where, recent] : recent_) {
    if (recent.unlogged > 0) log_waiting(recent, clock_.steady());
  }
  recent_.clear();
}

std::map<std::string, std::uint64_t> RuleFailures::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

void RuleFailures::log_waiting(Recent& recent, SteadyTime now) {
  log::write(log::Level::warning, failure_line(recent.where, recent.error, recent.unlogged));
  recent.unlogged = 0;
  recent.logged_at = now;
}

}  // namespace outrider::observe
