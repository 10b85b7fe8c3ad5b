// SPDX-License-Identifier: MIT
// Carries out what the plan decides for one request: push promises before the page's bytes, at most one 103, the full
// Link in the final response. Hints come from rules of the request phase, from what the application said of this page
// to others, from an upstream's 103, and, once the head of the final response is known, from rules of the response
// phase and the application's own Link fields (final_head.h). What an operator has switched off is looked up whenever
// something is decided, so that it ends in requests that are under way too.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/exchange.h"
#include "push/evaluate.h"
#include "push/plan.h"
#include "push/worker_rules.h"

namespace outrider::http {

struct ExchangeState;
class PushPacing;

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
  push::Reads reads;            // of all rules that could match
  push::Spending spending;
  bool early_hints_sent = false;
  bool head_decided = false;  // the final response's head was seen

  // Of the page, as it was when the request came.
  bool answers_at_once = false;
  bool redirects = false;                               // its last answers did
  std::optional<std::chrono::microseconds> think_time;  // as long as it takes by experience
  std::shared_ptr<PushPacing> pacing;                   // once something was promised while the page is being made
};

/// Evaluates the rules of the request phase, pushes, and sends the 103 unless `handler` has the answer at hand.
void deliver_request_phase(ExchangeState& exchange, const RouteHandler& handler);

/// Plans and carries out what is new in `fresh`, and appends it to the request's list. `head_is_here`: the head of the
/// final response, which takes no 103 any more, and tells whether a conditional request gets a page.
void deliver(ExchangeState& exchange, const push::PushList& fresh, const push::Request& request, bool head_is_here);
/// What waited for the head of a conditional request's answer: it is no 304, and may be pushed for now.
void deliver_conditional(ExchangeState& exchange, const push::Request& request);

/// The hints in the Link fields among `headers` (RFC 8288) of an answer to this request, those that can be used.
push::PushList hints_of_links(const Exchange& exchange, const h2o_header_t* headers, std::size_t count);
/// The path of an asset that a rule hints: its generation answers for it. Empty where that is not so, as for what the
/// application hints.
std::string_view watched_path(const ExchangeState& exchange, const push::Entry& entry);
/// An operator has switched Link off for this entry. What the application said is in its response whatever we decide.
bool link_is_off(const ExchangeState& exchange, const push::Entry& entry);

}  // namespace outrider::http
