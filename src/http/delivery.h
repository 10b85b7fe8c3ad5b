// SPDX-License-Identifier: MIT
// Carries out what push::Delivering decides for one request: push promises before the page's bytes, at most one 103,
// the full Link in the final response. Hints come from rules of the request phase, from what the application said of
// this page to others, from an upstream's 103, and, once the head of the final response is known, from rules of the
// response phase and the application's own Link fields (final_head.h). What an operator has switched off is looked up
// whenever something is decided, so that it ends in requests that are under way too.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/exchange.h"
#include "push/decisions.h"
#include "push/evaluate.h"
#include "push/worker_rules.h"

namespace outrider::http {

struct ExchangeState;
class PushPacing;

/// What was decided for a request, and what is needed to decide the rest.
class Delivery : public push::Decisions {
 public:
  std::shared_ptr<const push::WorkerRules> rules;  // the generation that the request began with
  std::vector<push::Match> matches;
  bool head_decided = false;  // the final response's head was seen

  // Of the page, as it was when the request came.
  bool answers_at_once = false;
  bool redirects = false;                               // its last answers did
  std::optional<std::chrono::microseconds> think_time;  // as long as it takes by experience
  std::shared_ptr<PushPacing> pacing;                   // once something was promised while the page is being made
};

/// Evaluates the rules of the request phase, pushes, and sends the 103 unless `handler` has the answer at hand.
void deliver_request_phase(ExchangeState& exchange, const RouteHandler& handler);

/// The head of the final response has come: delivers what waited for it, before rules are asked that may look at that.
void deliver_what_waited(ExchangeState& exchange, const push::Request& request);

/// Delivers what rules and the application say now that the head has come.
void deliver_at_head(ExchangeState& exchange, const push::PushList& from_rules, const push::PushList& from_application,
                     const push::Request& request);
/// push::final_links() for the exchange.
std::vector<std::string> final_links(ExchangeState& exchange, const push::PushList& from_application, bool storable);

/// The hints in the Link fields among `headers` (RFC 8288) of an answer to this request, those that can be used.
push::PushList hints_of_links(const Exchange& exchange, const h2o_header_t* headers, std::size_t count);
/// push::answered_for(), empty where nobody watches the generation.
std::string_view watched_path(const ExchangeState& exchange, const push::Entry& entry);

}  // namespace outrider::http
