// SPDX-License-Identifier: MIT
// One phase of a request's rules: what failed is reported, and what happened is counted for the generation.
#pragma once

#include <vector>

#include "http/exchange_state.h"
#include "push/rule_run.h"
#include "push/worker_rules.h"

namespace outrider::http {

/// push::run_rules() with what the exchange's worker has.
push::RuleRun run_rules(ExchangeState& exchange, const push::WorkerRules& rules, std::vector<push::Match>& matches,
                        push::Phase phase, const push::Request& request, const push::Response* response);

/// An operator has switched off hints for the whole site of the exchange.
bool hints_are_off(const ExchangeState& exchange);

}  // namespace outrider::http
