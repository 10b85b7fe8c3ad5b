// SPDX-License-Identifier: MIT
#include "push/rule_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "push/switches.h"

namespace outrider::push {
namespace {

/// Moves the matches of rules that are switched off out of `matches`.
std::vector<Match> take_switched_off(std::vector<Match>& matches, const Switches& switches, std::string_view site) {
  const auto off = std::stable_partition(matches.begin(), matches.end(), [&](const Match& match) {
    return !switches.rule_is_off(site, match.rule->name);
  });
  std::vector<Match> taken(std::make_move_iterator(off), std::make_move_iterator(matches.end()));
  matches.erase(off, matches.end());
  return taken;
}

PushList declared_by(std::vector<Match> off, Phase phase, const Request& request, const Response* response) {
  std::erase_if(off,
                [](const Match& match) { return match.rule->hints_function >= 0 || match.rule->when_function >= 0; });
  return std::move(evaluate(off, phase, request, response, nullptr, false).list);
}

}  // namespace

RuleRun run_rules(std::vector<Match>& matches, Phase phase, const Request& request, const Response* response,
                  FunctionHost* functions, const Switches* switches, std::string_view site, bool trace,
                  std::vector<RuleMark>* marks) {
  RuleRun run;
  if (switches != nullptr) {
    std::vector<Match> off = take_switched_off(matches, *switches, site);
    if (marks != nullptr) {
      for (const Match& match : off) marks->push_back({match.rule, RuleMark::What::switched_off, {}, false, 0});
    }
    run.some_off = !off.empty();
    if (run.some_off) run.switched_off = declared_by(std::move(off), phase, request, response);
  }
  run.ran = std::any_of(matches.begin(), matches.end(), [&](const Match& match) { return match.rule->phase == phase; });
  if (run.ran) run.evaluation = evaluate(matches, phase, request, response, functions, trace, marks);
  return run;
}

}  // namespace outrider::push
