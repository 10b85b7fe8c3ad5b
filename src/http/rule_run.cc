// SPDX-License-Identifier: MIT
#include "http/rule_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace outrider::http {
namespace {

bool has_phase(const std::vector<push::Match>& matches, push::Phase phase) {
  return std::any_of(matches.begin(), matches.end(),
                     [&](const push::Match& match) { return match.rule->phase == phase; });
}

/// Moves the matches of rules that are switched off out of `matches`.
std::vector<push::Match> take_switched_off(const ExchangeState& exchange, std::vector<push::Match>& matches) {
  const push::Switches* switches = exchange.frontend->switches.get();
  if (switches == nullptr) return {};
  const auto off = std::stable_partition(matches.begin(), matches.end(), [&](const push::Match& match) {
    return !switches->rule_is_off(exchange.site->name, match.rule->name);
  });
  std::vector<push::Match> taken(std::make_move_iterator(off), std::make_move_iterator(matches.end()));
  matches.erase(off, matches.end());
  return taken;
}

push::PushList declared_by(std::vector<push::Match> off, push::Phase phase, const push::Request& request,
                           const push::Response* response) {
  std::erase_if(
      off, [](const push::Match& match) { return match.rule->hints_function >= 0 || match.rule->when_function >= 0; });
  return std::move(push::evaluate(off, phase, request, response, nullptr, false).list);
}

}  // namespace

RuleRun run_rules(const ExchangeState& exchange, const push::WorkerRules& rules, std::vector<push::Match>& matches,
                  push::Phase phase, const push::Request& request, const push::Response* response) {
  RuleRun run;
  std::vector<push::Match> off = take_switched_off(exchange, matches);
  if (!off.empty()) run.switched_off = declared_by(std::move(off), phase, request, response);
  if (!has_phase(matches, phase)) return run;
  run.evaluation = push::evaluate(matches, phase, request, response, rules.functions.get(), false);
  // Reported one by one; their pages are served all the same.
  for (const push::RuleTrace& trace : run.evaluation.traces) {
    if (!trace.error.empty()) exchange.frontend->options.observer->rule_failed(*trace.rule, trace.error);
  }
  if (rules.watch != nullptr) rules.watch->evaluation(run.evaluation.failed());
  return run;
}

bool hints_are_off(const ExchangeState& exchange) {
  const push::Switches* switches = exchange.frontend->switches.get();
  return switches != nullptr && exchange.site != nullptr && switches->site_is_off(exchange.site->name);
}

}  // namespace outrider::http
