// SPDX-License-Identifier: MIT
#include "app/reload/serving_change.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/load/load.h"
#include "app/reload/listeners.h"

namespace outrider::app {
namespace {

/// The sites without what a swap of rules replaces.
std::vector<config::Site> without_rules(std::vector<config::Site> sites) {
  for (config::Site& site : sites) site.rules.clear();
  return sites;
}

/// The limits without those of rules and of stopping.
config::Limits of_clients(config::Limits limits) {
  const config::Limits standard;
  limits.rule_cpu_ms = standard.rule_cpu_ms;
  limits.rule_memory_bytes = standard.rule_memory_bytes;
  limits.rule_pattern_steps = standard.rule_pattern_steps;
  limits.failing_rules = standard.failing_rules;
  limits.shutdown_timeout_ms = standard.shutdown_timeout_ms;
  limits.drain_delay_ms = standard.drain_delay_ms;
  limits.drain_timeout_ms = standard.drain_timeout_ms;
  return limits;
}

std::string named_user(const std::string& user) {
  return user.empty() ? "nobody's" : "\"" + user + "\"";
}

std::string joined(const std::vector<Address>& addresses) {
  std::vector<std::string> texts;
  for (const Address& address : addresses) texts.push_back(address.text());
  return texts.empty() ? "none" : fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

bool same_serving(const config::Config& a, const config::Config& b) {
  return a.listen == b.listen && without_rules(a.sites) == without_rules(b.sites) && a.health == b.health &&
         of_clients(a.limits) == of_clients(b.limits) && (a.access_log.to == "off") == (b.access_log.to == "off");
}

std::vector<std::optional<std::size_t>> match_listeners(const config::Config& from, const config::Config& to) {
  std::vector<std::optional<std::size_t>> matches;
  std::vector<bool> taken(to.listen.size());
  for (const config::Listen& old : from.listen) {
    matches.emplace_back();
    for (std::size_t index = 0; index < to.listen.size(); ++index) {
      if (taken[index] || !(to.listen[index].address == old.address)) continue;
      if (takes_only_v6(from, old) != takes_only_v6(to, to.listen[index])) continue;
      taken[index] = true;
      matches.back() = index;
      break;
    }
  }
  return matches;
}

std::vector<std::string> needs_restart(const config::Config& running, const config::Config& wanted,
                                       std::size_t workers) {
  constexpr const char* when = "takes effect when the server is started again";
  std::vector<std::string> sentences;
  if (const std::size_t count = worker_count(wanted); count != workers) {
    sentences.push_back(fmt::format("workers: {} run and {} are wanted, which {}", workers, count, when));
  }
  if (running.user != wanted.user) {
    sentences.push_back(fmt::format("user: it was {} and is now {}, which {}", named_user(running.user),
                                    named_user(wanted.user), when));
  }
  const bool same_admin = running.admin.addresses == wanted.admin.addresses &&
                          running.admin.mode == wanted.admin.mode && running.admin.group == wanted.admin.group;
  if (!same_admin) {
    sentences.push_back(
        fmt::format("admin: the address was {} and is now {}, or its mode or group has changed, which {}",
                    joined(running.admin.addresses), joined(wanted.admin.addresses), when));
  }
  const auto matches = match_listeners(running, wanted);
  for (std::size_t index = 0; index < matches.size(); ++index) {
    if (!matches[index]) continue;
    const config::Listen& old = running.listen[index];
    const config::Listen& next = wanted.listen[*matches[index]];
    if (old.mode == next.mode && old.owner == next.owner && old.group == next.group) continue;
    sentences.push_back(fmt::format("{}: listen: the socket {} keeps its mode, owner and group; what is wanted {}",
                                    next.place.text(), next.address.text(), when));
  }
  return sentences;
}

config::Config in_effect(const config::Config& running, config::Config wanted) {
  const auto token_file = wanted.admin.token_file;
  wanted.admin = running.admin;
  wanted.admin.token_file = token_file;
  wanted.user = running.user;
  const auto matches = match_listeners(running, wanted);
  for (std::size_t index = 0; index < matches.size(); ++index) {
    if (!matches[index]) continue;
    const config::Listen& old = running.listen[index];
    config::Listen& next = wanted.listen[*matches[index]];
    next.mode = old.mode;
    next.owner = old.owner;
    next.group = old.group;
  }
  return wanted;
}

}  // namespace outrider::app
