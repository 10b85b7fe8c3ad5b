// SPDX-License-Identifier: MIT
#include "http/delivery.h"

#include <utility>

#include "http/early_hints.h"
#include "http/exchange_state.h"
#include "http/push_promise.h"
#include "http/rule_request.h"
#include "http/rule_run.h"
#include "push/link_header.h"
#include "push/record.h"

namespace outrider::http {
namespace {

bool link_is_off(const ExchangeState& exchange, const push::Entry& entry) {
  const push::Switches* switches = exchange.frontend->switches.get();
  // What the application said is in its response whatever we decide.
  return switches != nullptr && entry.rule != nullptr &&
         switches->delivery_is_off(exchange.site->name, entry.rule->name, push::How::link);
}

/// What becomes of an entry that did not go the better way, for `reason`.
Delivered instead(const ExchangeState& exchange, const push::Entry& entry, push::Reason reason) {
  if (entry.hint.push_only) return {push::How::none, reason};
  if (link_is_off(exchange, entry)) return {push::How::none, push::Reason::switched_off};
  return {push::How::link, reason};
}

/// The path of an asset that a rule hints: its generation answers for it. Empty where that is not so, as for what the
/// application hints.
std::string_view watched_path(const ExchangeState& exchange, const push::Entry& entry) {
  const push::WorkerRules* rules = exchange.delivery->rules.get();
  if (entry.rule == nullptr || rules == nullptr || rules->watch == nullptr) return {};
  if (entry.hint.kind == push::Kind::preconnect) return {};
  return push::same_origin_path(entry.hint.url, exchange.scheme, exchange.authority);
}

/// The client may ask for it, or get it, before the page's status is known.
void announce_to_watch(const ExchangeState& exchange, const push::Entry& entry) {
  const std::string_view path = watched_path(exchange, entry);
  if (!path.empty()) exchange.delivery->rules->watch->announced(exchange.host, path);
}

/// The page came well: what it hinted is owed an answer.
void tell_watch(const ExchangeState& exchange) {
  const Delivery& delivery = *exchange.delivery;
  for (std::size_t i = 0; i != delivery.list.entries().size(); ++i) {
    const Delivered& delivered = delivery.delivered[i];
    // A promise that was taken back, because its answer was an error, is no delivery, but says all about the asset.
    if (delivered.how == push::How::none && delivered.reason != push::Reason::no_answer) continue;
    const std::string_view path = watched_path(exchange, delivery.list.entries()[i]);
    if (!path.empty()) delivery.rules->watch->hinted(exchange.host, path);
  }
}

/// Sends the 103 of a plan; where it cannot go out any more, its entries are left to Link.
void send_planned_early_hints(ExchangeState& exchange, const push::PushList& added, const push::Plan& plan) {
  const std::vector<std::string> links = push::early_links(added, plan);
  if (links.empty()) return;
  Delivery& delivery = *exchange.delivery;
  delivery.early_hints_sent = send_early_hints(exchange, links);
  if (delivery.early_hints_sent) return;
  for (std::size_t i = 0; i != delivery.delivered.size(); ++i) {
    if (delivery.delivered[i].how != push::How::early_hints) continue;
    delivery.delivered[i] = instead(exchange, delivery.list.entries()[i], push::Reason::connection_closing);
  }
}

/// Plans and carries out what is new in `fresh`, and appends it to the request's list.
void deliver(ExchangeState& exchange, const push::PushList& fresh, const push::Request& request, bool answer_ready) {
  if (fresh.empty()) return;
  Delivery& delivery = exchange.make_delivery();
  push::PushList added;
  for (const push::Entry& entry : fresh.entries()) {
    if (delivery.list.add(entry.hint, entry.rule)) added.add(entry.hint, entry.rule);
  }
  if (added.empty()) return;

  push::Situation situation = situation_of(exchange);
  situation.answer_ready = answer_ready;
  situation.early_hints_sent = delivery.early_hints_sent;
  const push::Plan plan = push::plan(added, request, exchange.authority, situation, request.sent);
  for (const push::Delivery& planned : plan.deliveries) {
    const push::Entry& entry = added.entries()[planned.entry];
    Delivered outcome{planned.how, planned.reason};
    // Before a promise, whose answer may be there when it returns.
    if (planned.how == push::How::push || planned.how == push::How::early_hints) announce_to_watch(exchange, entry);
    if (planned.how == push::How::push) {
      outcome.reason = promise(exchange, entry.hint);
      if (outcome.reason != push::Reason::sent) outcome = instead(exchange, entry, outcome.reason);
    }
    delivery.delivered.push_back(outcome);
  }
  send_planned_early_hints(exchange, added, plan);
}

/// The hints in the Link fields among `headers`.
push::PushList hints_of_links(const h2o_header_t* headers, std::size_t count, std::string_view base_path) {
  push::PushList list;
  for (std::size_t i = 0; i != count; ++i) {
    if (view(*headers[i].name) != "link") continue;
    for (push::Hint& hint : push::parse_link_field(view(headers[i].value), base_path)) {
      if (push::problem_with(hint).empty()) list.add(std::move(hint), nullptr);
    }
  }
  return list;
}

bool has_response_rules(const ExchangeState& exchange) {
  const Delivery* delivery = exchange.delivery;
  return delivery != nullptr && !delivery->matches.empty() && exchange.rule_set->has_response_phase();
}

push::PushList response_rules(ExchangeState& exchange, const push::Request& request) {
  Delivery* delivery = exchange.delivery;
  const push::Fields fields = fields_of(exchange.req->res.headers, &exchange.req->pool);
  const push::Response response{exchange.req->res.status, fields};
  RuleRun run = run_rules(exchange, *delivery->rules, delivery->matches, push::Phase::response, request, &response);
  for (const push::Entry& entry : run.switched_off.entries()) delivery->switched_off.add(entry.hint, entry.rule);
  return std::move(run.evaluation.list);
}

void add_link_fields(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  Delivery& delivery = *exchange.delivery;
  for (std::size_t i = 0; i != delivery.list.entries().size(); ++i) {
    const push::Entry& entry = delivery.list.entries()[i];
    // What the application said stands in its own Link field already.
    if (entry.rule == nullptr || entry.hint.push_only) continue;
    if (link_is_off(exchange, entry)) {
      // It may have been switched off since the plan was made.
      if (delivery.delivered[i].how == push::How::link) {
        delivery.delivered[i] = {push::How::none, push::Reason::switched_off};
      }
      continue;
    }
    const std::string_view value = keep(&req.pool, push::link_value(entry.hint));
    h2o_add_header(&req.pool, &req.res.headers, H2O_TOKEN_LINK, nullptr, value.data(), value.size());
  }
}

/// Hints help a page that comes, not a redirect or an error.
bool takes_hints(const h2o_req_t& req) {
  const int status = req.res.status;
  const std::string_view method = view(req.method);
  return ((status >= 200 && status < 300) || status == 304) && (method == "GET" || method == "HEAD");
}

}  // namespace

void deliver_request_phase(ExchangeState& exchange, const RouteHandler& handler) {
  if (exchange.rule_set == nullptr || exchange.pushed) return;
  // Kept from request to request: most evaluations leave nothing behind that would have to live longer.
  std::vector<push::Match>& matches = exchange.frontend->matches;
  matches.clear();
  exchange.rule_set->find(exchange.host, view(exchange.req->method), exchange.path, matches);
  if (matches.empty()) return;

  const std::shared_ptr<const push::WorkerRules>& rules = exchange.frontend->rules;
  push::Request request;
  describe_request(exchange, request);
  RuleRun run = run_rules(exchange, *rules, matches, push::Phase::request, request, nullptr);
  push::Evaluation& evaluation = run.evaluation;
  const bool asks_again = !matches.empty() && exchange.rule_set->has_response_phase();
  const bool nothing = evaluation.list.empty() && evaluation.shadow.empty() && run.switched_off.empty();
  if (nothing && !asks_again) return;

  Delivery& delivery = exchange.make_delivery();
  delivery.rules = rules;
  if (asks_again) delivery.matches = std::move(matches);
  delivery.shadow = std::move(evaluation.shadow);
  delivery.switched_off = std::move(run.switched_off);
  if (!evaluation.list.empty()) deliver(exchange, evaluation.list, request, handler.answers_at_once(exchange));
}

void deliver_response_phase(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  if (exchange.pushed || !takes_hints(req)) return;
  Delivery* delivery = exchange.delivery;
  const bool has_link = h2o_find_header(&req.res.headers, H2O_TOKEN_LINK, -1) != -1;
  if (delivery == nullptr && !has_link) return;
  if (delivery != nullptr && std::exchange(delivery->head_decided, true)) return;

  const bool has_rules = has_response_rules(exchange);
  if ((has_rules || has_link) && !hints_are_off(exchange)) {
    push::Request request;
    describe_request(exchange, request);
    if (has_rules) deliver(exchange, response_rules(exchange, request), request, true);
    if (has_link) {
      deliver(exchange, hints_of_links(req.res.headers.entries, req.res.headers.size, exchange.path), request, true);
    }
  }
  if (exchange.delivery == nullptr) return;
  add_link_fields(exchange);
  tell_watch(exchange);
}

void informational_from_upstream(Exchange& exchange, int status, const h2o_header_t* headers, std::size_t count) {
  auto& state = ExchangeState::of(exchange);
  if (status != 103 || state.pushed || hints_are_off(state)) return;
  const push::PushList hints = hints_of_links(headers, count, exchange.path);
  if (hints.empty()) return;
  push::Request request;
  describe_request(state, request);
  deliver(state, hints, request, false);
}

}  // namespace outrider::http
