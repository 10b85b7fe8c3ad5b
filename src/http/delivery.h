// SPDX-License-Identifier: MIT
// Carries out what the plan decides for one request: push promises before the page's bytes, at most one 103, the full
// Link in the final response. Hints come from rules of the request phase, from an upstream's 103, and, once the head of
// the final response is known, from rules of the response phase and the application's own Link fields. What an operator
// has switched off is looked up whenever something is decided, so that it ends in requests that are under way too.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/exchange.h"
#include "push/evaluate.h"
#include "push/plan.h"
#include "push/worker_rules.h"

namespace outrider::http {

struct ExchangeState;

/// What happened to one entry of the list.
struct Delivered {
  push::How how = push::How::none;
  push::Reason reason = push::Reason::sent;
};

class Delivery {
 public:
  std::shared_ptr<const push::WorkerRules> rules;  // the generation that the request began with
  std::vector<push::Match> matches;
  push::PushList list;
  std::vector<Delivered> delivered;  // as long as the list
  push::PushList shadow;
  push::PushList switched_off;  // of rules that did not run
  bool early_hints_sent = false;
  bool head_decided = false;  // the final response's head was seen
};

/// Evaluates the rules of the request phase, pushes, and sends the 103 unless `handler` has the answer at hand.
void deliver_request_phase(ExchangeState& exchange, const RouteHandler& handler);

/// Looks at the head of the final response (req->res): evaluates the response phase, pushes, adds the Link fields.
void deliver_response_phase(ExchangeState& exchange);

}  // namespace outrider::http
