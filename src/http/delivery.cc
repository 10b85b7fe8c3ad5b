// SPDX-License-Identifier: MIT
#include "http/delivery.h"

#include <fmt/format.h>

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
#include "push/budget.h"
#include "push/delivering.h"
#include "push/final_head.h"

namespace outrider::http {
namespace {

push::PageSituation page_situation(const ExchangeState& exchange, bool head_is_here) {
  push::PageSituation page;
  if (exchange.site != nullptr) page.allowed_bytes = exchange.site->budget_bytes;
  page.open_bytes = exchange.connection.promised_bytes;
  page.link = link_to(exchange.connection);
  if (!page.link) return page;
  const Delivery& delivery = *exchange.delivery;
  if (!head_is_here && !delivery.answers_at_once) page.think_time = delivery.think_time;
  const push::PageFacts* known = known_page(exchange);
  if (known != nullptr) page.page_bytes = known->bytes();
  return page;
}

/// Carries out by libh2o what is decided for an exchange.
class ExchangeOutside final : public push::Outside {
 public:
  explicit ExchangeOutside(ExchangeState& exchange) : exchange_(exchange) {}

  const push::Switches* switches() const override { return exchange_.frontend->switches.get(); }
  std::string_view site() const override {
    return exchange_.site != nullptr ? std::string_view(exchange_.site->name) : std::string_view();
  }

  push::Situation situation(bool head_known) const override {
    const Delivery& delivery = *exchange_.delivery;
    push::Situation situation = situation_of(exchange_);
    situation.unchanged = head_known && exchange_.req->res.status == 304;
    situation.page_redirects = delivery.redirects;
    situation.answer_ready = push::is_at_hand(delivery.answers_at_once, delivery.think_time);
    if (accepts_push(*exchange_.req)) {
      situation.budget = push::budget_of_page(page_situation(exchange_, head_known), delivery.spending);
    }
    return situation;
  }

  push::Reason promise(const push::Entry& entry, std::uint64_t bytes, bool head_known) override {
    return http::promise(exchange_, entry, bytes, head_known);
  }
  bool send_early_hints(const std::vector<std::string>& links) override {
    return http::send_early_hints(exchange_, links);
  }

  void hinted(std::string_view path) override { book().hinted(exchange_.scheme_host(), path); }

  /// The operator is told, once.
  void mistaken(const push::Entry& entry, std::string_view path, std::string_view type,
                std::optional<push::Kind> right) override {
    if (!book().wrong_type_is_news(exchange_.scheme_host(), path)) return;
    exchange_.frontend->options.observer->rule_mistaken(
        *entry.rule, fmt::format("hints {} as {}, but the asset is {}: it is {}hinted{}", entry.hint.url,
                                 push::name_of(entry.hint.kind), type, right ? "" : "not ",
                                 right ? fmt::format(" as {}", push::name_of(*right)) : ""));
  }

  void announced(const push::Entry& entry) override {
    const std::string_view path = watched_path(exchange_, entry);
    if (!path.empty()) exchange_.delivery->rules->watch->announced(exchange_.host, path);
  }

 private:
  push::AssetBook& book() const { return exchange_.frontend->knowledge.assets; }

  ExchangeState& exchange_;
};

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
  push::RuleRun run = run_rules(exchange, *rules, matches, push::Phase::request, request, nullptr);
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
  if (rules == nullptr || rules->watch == nullptr) return {};
  return push::answered_for(entry, exchange.scheme, exchange.authority);
}

push::PushList hints_of_links(const Exchange& exchange, const h2o_header_t* headers, std::size_t count) {
  push::PushList list;
  const std::string_view target = view(exchange.req->path);
  const push::BaseUrl base{exchange.scheme, target.substr(0, target.find('?'))};
  for (std::size_t i = 0; i != count; ++i) {
    if (view(*headers[i].name) == "link") push::add_links(list, view(headers[i].value), base);
  }
  return list;
}

void deliver(ExchangeState& exchange, const push::PushList& fresh, const push::Request& request) {
  if (fresh.empty()) return;
  ExchangeOutside outside(exchange);
  push::Delivering(exchange.make_delivery(), outside, request).deliver(fresh, false);
}

void deliver_what_waited(ExchangeState& exchange, const push::Request& request) {
  ExchangeOutside outside(exchange);
  push::Delivering(*exchange.delivery, outside, request).head_came(exchange.req->res.status);
}

void deliver_at_head(ExchangeState& exchange, const push::PushList& from_rules, const push::PushList& from_application,
                     const push::Request& request) {
  ExchangeOutside outside(exchange);
  push::Delivering delivering(exchange.make_delivery(), outside, request);
  delivering.deliver(from_rules, true);
  delivering.deliver(from_application, true);
}

std::vector<std::string> final_links(ExchangeState& exchange, const push::PushList& from_application, bool storable) {
  const ExchangeOutside outside(exchange);
  return push::final_links(*exchange.delivery, outside, from_application, storable);
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
  deliver(exchange, list, request);
}

void informational_from_upstream(Exchange& exchange, int status, const h2o_header_t* headers, std::size_t count) {
  auto& state = ExchangeState::of(exchange);
  if (status != 103 || state.pushed || hints_are_off(state)) return;
  const push::PushList hints = hints_of_links(exchange, headers, count);
  if (hints.empty()) return;
  push::Request request;
  const KnownAssets assets(state);
  describe_request(state, request, assets);
  deliver(state, hints, request);
}

}  // namespace outrider::http
