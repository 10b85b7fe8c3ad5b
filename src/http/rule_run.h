// SPDX-License-Identifier: MIT
// One phase of a request's rules: what is switched off is left out, what failed is reported, what happened is counted
// for the generation.
#pragma once

#include <vector>

#include "http/exchange_state.h"
#include "push/evaluate.h"
#include "push/worker_rules.h"

namespace outrider::http {

struct RuleRun {
  push::Evaluation evaluation;
  /// What rules that are switched off declare, as far as it is known without running a function.
  push::PushList switched_off;
};

/// Evaluates what of `matches` belongs to `phase`. Takes rules that are switched off out of `matches`.
RuleRun run_rules(const ExchangeState& exchange, const push::WorkerRules& rules, std::vector<push::Match>& matches,
                  push::Phase phase, const push::Request& request, const push::Response* response);

/// An operator has switched off hints for the whole site of the exchange.
bool hints_are_off(const ExchangeState& exchange);

}  // namespace outrider::http
