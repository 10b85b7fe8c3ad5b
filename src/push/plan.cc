// SPDX-License-Identifier: MIT
// The table of the design, "which way for which client", as code. A request is first put into one of its rows (Row),
// then each entry gets the row's best way that it can take, and Link with the reason where it can take none.
#include "push/plan.h"

#include <algorithm>
#include <optional>

#include "push/origin.h"
#include "push/switches.h"

namespace outrider::push {
namespace {

/// What a family can use in a 103. Firefox and unknown browsers leave modulepreload alone; Safari only connects early.
bool usable_early(Family family, const Hint& hint) {
  if (hint.kind == Kind::preconnect) return true;
  if (family == Family::safari || hint.url.empty()) return false;
  return hint.kind != Kind::module || family == Family::chromium;
}

class Planner {
 public:
  Planner(const Request& request, std::string_view authority, const Situation& situation, const SentMemory* sent)
      : request_(request),
        authority_(authority),
        situation_(situation),
        sent_(sent),
        link_only_(reason_for_link_alone()),
        takes_push_(situation.http2 && request.client.accepts_push && !request.client.behind_proxy),
        conditional_(is_conditional()),
        client_room_(situation.client_push_room),
        own_room_(situation.own_push_room) {}

  Plan run(const PushList& list) {
    Plan result;
    result.deliveries.reserve(list.entries().size());
    for (std::size_t i = 0; i < list.entries().size(); ++i) {
      const Entry& entry = list.entries()[i];
      Delivery delivery = decide(entry);
      // The application's own Link field is in its response whatever we decide.
      if (delivery.how == How::link && entry.rule != nullptr && is_off(entry, How::link)) {
        delivery = {0, How::none, Reason::switched_off};
      }
      result.deliveries.push_back({i, delivery.how, delivery.reason});
    }
    return result;
  }

 private:
  Delivery decide(const Entry& entry) {
    if (situation_.pushed_request) return {0, How::none, Reason::not_for_this_method};
    const Hint& hint = entry.hint;
    const How otherwise = hint.push_only ? How::none : How::link;
    if (link_only_) return {0, otherwise, *link_only_};
    const Deliver deliver = entry.rule == nullptr ? Deliver::automatic : entry.rule->deliver;
    if (deliver == Deliver::link) return {0, otherwise, Reason::rule_says_otherwise};
    // What may only be pushed has but one way, and a rule that wants a 103 for it contradicts itself.
    if (hint.push_only && deliver == Deliver::early_hints) return {0, otherwise, Reason::rule_says_otherwise};

    // A client that takes pushes gets no 103 of its own accord: what cannot be pushed goes into Link.
    const bool by_push = hint.push_only || deliver == Deliver::push || (deliver == Deliver::automatic && takes_push_);
    const std::optional<Reason> obstacle = by_push ? why_not_push(entry) : why_not_early(entry);
    if (obstacle) return {0, otherwise, *obstacle};
    return {0, by_push ? How::push : How::early_hints, Reason::sent};
  }

  std::optional<Reason> reason_for_link_alone() const {
    if (request_.method != "GET") return Reason::not_for_this_method;
    if (request_.browser().bot) return Reason::bot;
    if (!request_.purpose().empty()) return Reason::prefetch;
    return std::nullopt;
  }

  bool is_conditional() const {
    return request_.field("if-none-match").data() != nullptr || request_.field("if-modified-since").data() != nullptr;
  }

  /// From what never changes to what may be otherwise a moment later; takes the room that a push needs.
  std::optional<Reason> why_not_push(const Entry& entry) {
    const Hint& hint = entry.hint;
    if (request_.client.behind_proxy) return Reason::behind_proxy;
    if (!situation_.http2) return Reason::not_http2;
    if (!request_.client.accepts_push) return Reason::client_disabled_push;
    if (hint.kind == Kind::preconnect || hint.url.empty()) return Reason::not_an_asset;
    if (hint.nopush) return Reason::nopush;
    const std::string_view path = same_origin_path(hint.url, request_.scheme, authority_);
    if (path.empty()) return Reason::cross_origin;
    if (is_own_url(path)) return Reason::own_url;
    if (is_off(entry, How::push)) return Reason::switched_off;
    if (situation_.connection_closing) return Reason::connection_closing;
    if (situation_.response_started) return Reason::push_too_late;
    if (conditional_) return Reason::conditional_request;
    if (already_sent(path)) return Reason::already_sent;
    if (client_room_ == 0) return Reason::client_stream_limit;
    if (own_room_ == 0) return Reason::push_limit;
    --client_room_;
    --own_room_;
    promised_.push_back(path);
    return std::nullopt;
  }

  std::optional<Reason> why_not_early(const Entry& entry) const {
    const bool passed_on = request_.client.behind_proxy && situation_.passes_early_hints;
    if (request_.client.behind_proxy && !passed_on) return Reason::behind_proxy;
    if (!situation_.http2 && !passed_on) return Reason::not_http2;
    if (!request_.navigation()) return Reason::not_navigation;
    if (!usable_early(request_.browser().family, entry.hint)) return Reason::early_hints_unsupported;
    if (is_off(entry, How::early_hints)) return Reason::switched_off;
    if (situation_.response_started) return Reason::early_hints_too_late;
    if (situation_.early_hints_sent) return Reason::early_hints_already_sent;
    if (situation_.answer_ready) return Reason::answer_ready;
    return std::nullopt;
  }

  bool is_off(const Entry& entry, How how) const {
    const std::string_view rule = entry.rule != nullptr ? std::string_view(entry.rule->name) : std::string_view();
    return situation_.switches != nullptr && situation_.switches->delivery_is_off(situation_.site, rule, how);
  }

  /// A rule for every path also fits the requests for its own assets.
  bool is_own_url(std::string_view path) const {
    const auto question = std::min(path.find('?'), path.size());
    const std::string_view query = question == path.size() ? std::string_view() : path.substr(question + 1);
    return path.substr(0, question) == request_.path && query == request_.query;
  }

  bool already_sent(std::string_view path) const {
    return std::find(promised_.begin(), promised_.end(), path) != promised_.end() ||
           (sent_ != nullptr && sent_->contains(request_.host, path));
  }

  const Request& request_;
  std::string_view authority_;
  const Situation& situation_;
  const SentMemory* sent_;
  std::optional<Reason> link_only_;
  bool takes_push_, conditional_;
  std::uint32_t client_room_, own_room_;
  std::vector<std::string_view> promised_;  // "/a.css" and "https://host/a.css" are one asset
};

}  // namespace

bool Plan::any(How how) const {
  return std::any_of(deliveries.begin(), deliveries.end(),
                     [&](const Delivery& delivery) { return delivery.how == how; });
}

Plan plan(const PushList& list, const Request& request, std::string_view authority, const Situation& situation,
          const SentMemory* sent) {
  return Planner(request, authority, situation, sent).run(list);
}

std::string_view same_origin_path(std::string_view url, std::string_view scheme, std::string_view authority) {
  url = url.substr(0, url.find('#'));
  if (url.substr(0, 1) == "/") return url.substr(0, 2) == "//" ? std::string_view() : url;
  const auto parts = split_origin(url);
  if (!parts || !same_origin(parts->origin, {scheme, authority})) return {};
  if (parts->rest.empty()) return "/";
  return parts->rest.front() == '/' ? parts->rest : std::string_view();
}

std::vector<std::string> final_links(const PushList& list) {
  std::vector<std::string> links;
  links.reserve(list.entries().size());
  for (const Entry& entry : list.entries()) {
    if (!entry.hint.push_only) links.push_back(link_value(entry.hint));
  }
  return links;
}

std::vector<std::string> early_links(const PushList& list, const Plan& plan) {
  std::vector<std::string> links;
  for (const Delivery& delivery : plan.deliveries) {
    if (delivery.how == How::early_hints) links.push_back(early_link_value(list.entries()[delivery.entry].hint));
  }
  return links;
}

}  // namespace outrider::push
