// SPDX-License-Identifier: MIT
#include "http/delivery.h"

#include <utility>

#include "http/client_link.h"
#include "http/early_hints.h"
#include "http/exchange_state.h"
#include "http/http2.h"
#include "http/known_assets.h"
#include "http/page_learning.h"
#include "http/push_promise.h"
#include "http/rule_request.h"
#include "http/rule_run.h"
#include "push/asset_type.h"
#include "push/budget.h"
#include "push/link_header.h"
#include "push/record.h"

namespace outrider::http {
namespace {

/// A page that comes sooner than this is as soon as a 103 and what a browser makes of it.
constexpr std::chrono::milliseconds worth_a_103{10};

/// What becomes of an entry that did not go the better way, for `reason`.
Delivered instead(const ExchangeState& exchange, const push::Entry& entry, push::Reason reason) {
  if (entry.hint.push_only) return {push::How::none, reason};
  if (link_is_off(exchange, entry)) return {push::How::none, push::Reason::switched_off};
  return {push::How::link, reason};
}

/// The client may ask for it, or get it, before the page's status is known.
void announce_to_watch(const ExchangeState& exchange, const push::Entry& entry) {
  const std::string_view path = watched_path(exchange, entry);
  if (!path.empty()) exchange.delivery->rules->watch->announced(exchange.host, path);
}

/// What may be promised for the page: by its connection, where that is the client's own, and by the site. What was
/// promised for other pages and is still open has its part already: of what the connection can carry, or, where nobody
/// knows that, of what is allowed.
push::Budget budget_of_page(const ExchangeState& exchange, bool head_is_here) {
  push::Budget budget;
  if (exchange.site != nullptr) budget.allowed = exchange.site->budget_bytes;
  const Delivery& delivery = *exchange.delivery;
  const std::uint64_t open = exchange.connection.promised_bytes;
  // What this page has promised is among it.
  const std::uint64_t elsewhere = open - std::min(delivery.spending.bytes(), open);
  const auto link = link_to(exchange.connection);
  if (!link) {
    budget.within_limits_only = true;
    budget.open_elsewhere = elsewhere;
    return budget;
  }
  const bool soon = head_is_here || delivery.answers_at_once;
  const auto think_time = soon ? std::nullopt : delivery.think_time;
  const std::uint64_t carried = push::budget_of(*link, think_time);
  budget.carried = carried - std::min(elsewhere, carried);
  const push::PageFacts* page = known_page(exchange);
  budget.ahead = push::promise_room(*link, think_time, page != nullptr ? page->bytes() : std::nullopt);
  return budget;
}

/// `head_is_here`: the head of the final response, which is in req->res.
push::Situation present_situation(const ExchangeState& exchange, bool head_is_here) {
  const Delivery& delivery = *exchange.delivery;
  push::Situation situation = situation_of(exchange);
  situation.head_known = head_is_here;
  situation.unchanged = head_is_here && exchange.req->res.status == 304;
  situation.early_hints_sent = delivery.early_hints_sent;
  situation.page_redirects = delivery.redirects;
  situation.answer_ready = delivery.answers_at_once || (delivery.think_time && *delivery.think_time < worth_a_103);
  situation.spending = &delivery.spending;
  if (accepts_push(*exchange.req)) situation.budget = budget_of_page(exchange, head_is_here);
  return situation;
}

/// Sends the 103 of a plan. A connection that closes takes none: then its entries are left to Link.
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

/// Carries out what is planned for one entry, but a 103, which is one for all.
Delivered carry_out(ExchangeState& exchange, const push::Entry& entry, const push::Delivery& planned,
                    bool head_is_here) {
  // Before a promise, whose answer may be there when it returns.
  if (planned.how == push::How::push || planned.how == push::How::early_hints) announce_to_watch(exchange, entry);
  if (planned.how != push::How::push) return {planned.how, planned.reason};
  const push::Reason reason = promise(exchange, entry, planned.bytes, head_is_here);
  if (reason != push::Reason::sent) return instead(exchange, entry, reason);
  exchange.delivery->spending.add(entry.rule, planned.bytes);
  return {push::How::push, reason};
}

/// The hint with the kind that its asset has; where the rule was wrong its operator is told, once.
push::Entry corrected(ExchangeState& exchange, push::Entry entry) {
  if (entry.hint.kind == push::Kind::preconnect) return entry;
  const std::string_view path = push::same_origin_path(entry.hint.url, exchange.scheme, exchange.authority);
  if (path.empty()) return entry;
  push::AssetBook& book = exchange.frontend->knowledge.assets;
  book.hinted(exchange.scheme_host(), path);
  const push::AssetFacts* facts = book.find(exchange.scheme_host(), path);
  if (facts == nullptr || push::type_fits(entry.hint.kind, facts->type)) return entry;
  const auto kind = push::kind_of_type(facts->type);
  if (entry.rule != nullptr && book.wrong_type_is_news(exchange.scheme_host(), path)) {
    exchange.frontend->options.observer->rule_mistaken(
        *entry.rule,
        "hints " + entry.hint.url + " as " + std::string(push::name_of(entry.hint.kind)) + ", but the asset is " +
            facts->type +
            (kind ? ": it is hinted as " + std::string(push::name_of(*kind)) : std::string(": it is not hinted")));
  }
  if (!kind) return entry;
  // What the rule did not say goes with the kind.
  if (entry.hint.crossorigin == push::own_crossorigin(entry.hint.kind)) {
    entry.hint.crossorigin = push::own_crossorigin(*kind);
  }
  entry.hint.kind = *kind;
  entry.hint.type.clear();
  return entry;
}

/// Finds the rules that can match, into FrontendCore::matches, which is kept from request to request: most leave
/// nothing behind that would have to live longer.
bool find_matches(const ExchangeState& exchange) {
  std::vector<push::Match>& matches = exchange.frontend->matches;
  matches.clear();
  if (exchange.rule_set == nullptr) return false;
  exchange.rule_set->find(exchange.host, view(exchange.req->method), exchange.path, matches);
  return !matches.empty();
}

/// Evaluates the rules of the request phase. What is needed later stays in the exchange's delivery.
push::PushList request_rules(ExchangeState& exchange, const push::Request& request) {
  std::vector<push::Match>& matches = exchange.frontend->matches;
  if (matches.empty()) return {};
  const std::shared_ptr<const push::WorkerRules>& rules = exchange.frontend->rules;
  RuleRun run = run_rules(exchange, *rules, matches, push::Phase::request, request, nullptr);
  push::Evaluation& evaluation = run.evaluation;
  const bool asks_again = !matches.empty() && exchange.rule_set->has_response_phase();
  const bool nothing = evaluation.list.empty() && evaluation.shadow.empty() && run.switched_off.empty() &&
                       evaluation.reads.fields().empty();
  if (nothing && !asks_again) return {};
  Delivery& delivery = exchange.make_delivery();
  delivery.rules = rules;
  if (asks_again) delivery.matches = std::move(matches);
  delivery.shadow = std::move(evaluation.shadow);
  delivery.switched_off = std::move(run.switched_off);
  delivery.reads = std::move(evaluation.reads);
  return std::move(evaluation.list);
}

/// What rules and what was learned say of this request before anybody has asked the application.
push::PushList first_hints(ExchangeState& exchange, const push::Request& request, const push::PageFacts* page) {
  push::PushList list = request_rules(exchange, request);
  if (page == nullptr || !exchange.site->learn.on) return list;
  for (const push::Hint& hint : page->links()) list.add(hint, nullptr);
  return list;
}

}  // namespace

std::string_view watched_path(const ExchangeState& exchange, const push::Entry& entry) {
  const push::WorkerRules* rules = exchange.delivery->rules.get();
  if (entry.rule == nullptr || rules == nullptr || rules->watch == nullptr) return {};
  if (entry.hint.kind == push::Kind::preconnect) return {};
  return push::same_origin_path(entry.hint.url, exchange.scheme, exchange.authority);
}

bool link_is_off(const ExchangeState& exchange, const push::Entry& entry) {
  const push::Switches* switches = exchange.frontend->switches.get();
  return switches != nullptr && entry.rule != nullptr &&
         switches->delivery_is_off(exchange.site->name, entry.rule->name, push::How::link);
}

push::PushList hints_of_links(const Exchange& exchange, const h2o_header_t* headers, std::size_t count) {
  push::PushList list;
  const std::string_view target = view(exchange.req->path);
  const push::BaseUrl base{exchange.scheme, target.substr(0, target.find('?'))};
  for (std::size_t i = 0; i != count; ++i) {
    if (view(*headers[i].name) != "link") continue;
    for (push::Hint& hint : push::parse_link_field(view(headers[i].value), base)) {
      if (push::problem_with(hint).empty()) list.add(std::move(hint), nullptr);
    }
  }
  return list;
}

void deliver(ExchangeState& exchange, const push::PushList& fresh, const push::Request& request, bool head_is_here) {
  if (fresh.empty()) return;
  Delivery& delivery = exchange.make_delivery();
  push::PushList added;
  for (const push::Entry& each : fresh.entries()) {
    push::Entry entry = corrected(exchange, each);
    if (delivery.list.add(entry.hint, entry.rule, entry.personal)) {
      added.add(std::move(entry.hint), entry.rule, entry.personal);
    }
  }
  if (added.empty()) return;
  const push::Plan plan = push::plan(added, request, exchange.authority, present_situation(exchange, head_is_here));
  for (const push::Delivery& planned : plan.deliveries) {
    const Delivered outcome = carry_out(exchange, added.entries()[planned.entry], planned, head_is_here);
    delivery.delivered.push_back(outcome);
  }
  send_planned_early_hints(exchange, added, plan);
}

void deliver_conditional(ExchangeState& exchange, const push::Request& request) {
  Delivery& delivery = *exchange.delivery;
  for (std::size_t i = 0; i != delivery.delivered.size(); ++i) {
    if (delivery.delivered[i].reason != push::Reason::conditional_request) continue;
    const push::Entry& entry = delivery.list.entries()[i];
    push::PushList one;
    one.add(entry.hint, entry.rule, entry.personal);
    const push::Plan plan = push::plan(one, request, exchange.authority, present_situation(exchange, true));
    delivery.delivered[i] = carry_out(exchange, entry, plan.deliveries.front(), true);
  }
}

void deliver_request_phase(ExchangeState& exchange, const RouteHandler& handler) {
  if (exchange.pushed || hints_are_off(exchange)) return;
  const bool has_rules = find_matches(exchange);
  const push::PageFacts* page = known_page(exchange);
  const bool has_learned = page != nullptr && exchange.site->learn.on && !page->links().empty();
  // Most requests end here, without an allocation.
  if (!has_rules && !has_learned) return;
  const bool at_once = handler.answers_at_once(exchange);
  if (at_once) page = nullptr;
  if (!has_rules && at_once) return;

  push::Request request;
  const KnownAssets assets(exchange);
  describe_request(exchange, request, assets);
  const push::PushList list = first_hints(exchange, request, page);
  if (list.empty() && exchange.delivery == nullptr) return;
  Delivery& delivery = exchange.make_delivery();
  delivery.answers_at_once = at_once;
  if (page != nullptr) {
    delivery.redirects = page->redirects();
    delivery.think_time = page->think_time();
  }
  deliver(exchange, list, request, false);
}

void informational_from_upstream(Exchange& exchange, int status, const h2o_header_t* headers, std::size_t count) {
  auto& state = ExchangeState::of(exchange);
  if (status != 103 || state.pushed || hints_are_off(state)) return;
  const push::PushList hints = hints_of_links(exchange, headers, count);
  if (hints.empty()) return;
  push::Request request;
  const KnownAssets assets(state);
  describe_request(state, request, assets);
  deliver(state, hints, request, false);
}

}  // namespace outrider::http
