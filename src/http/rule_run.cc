// SPDX-License-Identifier: MIT
#include "http/rule_run.h"

#include "http/recent_notes.h"

namespace outrider::http {

push::RuleRun run_rules(ExchangeState& exchange, const push::WorkerRules& rules, std::vector<push::Match>& matches,
                        push::Phase phase, const push::Request& request, const push::Response* response) {
  FrontendCore& core = *exchange.frontend;
  core.marks.clear();
  push::RuleRun run = push::run_rules(matches, phase, request, response, rules.functions.get(), core.switches.get(),
                                      exchange.site->name, false, &core.marks);
  if (run.some_off) exchange.switched_off = true;
  note_asked(exchange, rules.generation, core.marks);
  if (!run.ran) return run;
  // Reported one by one; their pages are served all the same.
  for (const push::RuleTrace& trace : run.evaluation.traces) {
    if (!trace.error.empty()) core.options.observer->rule_failed(*trace.rule, trace.error);
  }
  if (rules.watch != nullptr) rules.watch->evaluation(run.evaluation.failed(), exchange.client_address);
  return run;
}

bool hints_are_off(const ExchangeState& exchange) {
  const push::Switches* switches = exchange.frontend->switches.get();
  return switches != nullptr && exchange.site != nullptr && switches->site_is_off(exchange.site->name);
}

}  // namespace outrider::http
