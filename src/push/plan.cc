// SPDX-License-Identifier: MIT
// The table of the design, "which way for which client", as code. A request is first put into one of its rows (Row),
// then each entry gets the row's best way that it can take, and Link with the reason where it can take none.
#include "push/plan.h"

#include <algorithm>
#include <optional>

#include "push/asset_type.h"
#include "push/assets.h"
#include "push/budget.h"
#include "push/origin.h"
#include "push/switches.h"

namespace outrider::push {
namespace {

class Planner {
 public:
  Planner(const Request& request, std::string_view authority, const Situation& situation)
      : request_(request),
        authority_(authority),
        situation_(situation),
        link_only_(request.why_link_alone()),
        takes_push_(request.http2() && request.client.accepts_push && !request.client.behind_proxy),
        client_room_(situation.client_push_room),
        own_room_(situation.own_push_room) {
    if (situation.spending != nullptr) spending_ = *situation.spending;
  }

  Plan run(const PushList& list) {
    const std::vector<Entry>& entries = list.entries();
    Plan result;
    result.deliveries.resize(entries.size());
    // What may come last takes what the others leave of the budget.
    for (const bool last : {false, true}) {
      for (std::size_t i = 0; i != entries.size(); ++i) {
        if ((entries[i].hint.priority == PushPriority::after) == last) result.deliveries[i] = decide(entries[i], i);
      }
    }
    return result;
  }

 private:
  Delivery decide(const Entry& entry, std::size_t position) {
    Delivery delivery = decide(entry);
    // The application's own Link field is in its response whatever we decide.
    if (delivery.how == How::link && entry.rule != nullptr) {
      if (const std::optional<Reason> obstacle = why_not_link(entry)) delivery = {0, How::none, *obstacle};
    }
    delivery.entry = position;
    return delivery;
  }

  Delivery decide(const Entry& entry) {
    turn_to(entry.hint);
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
    if (!by_push) {
      const std::optional<Reason> obstacle = why_not_early(entry);
      return obstacle ? Delivery{0, otherwise, *obstacle} : Delivery{0, How::early_hints, Reason::sent};
    }
    const std::optional<Reason> obstacle = why_not_push(entry);
    if (!obstacle) return {0, How::push, Reason::sent, asset_bytes()};
    const bool goes_early =
        gives_way(*obstacle) && !hint.push_only && deliver == Deliver::automatic && !why_not_early(entry);
    const std::uint64_t bytes = obstacle == Reason::over_budget ? asset_bytes() : 0;
    return {0, goes_early ? How::early_hints : otherwise, *obstacle, bytes};
  }

  /// Nothing speaks against the asset itself, and the client does not have it: a 103 serves it as well.
  static bool gives_way(Reason obstacle) {
    return obstacle == Reason::over_budget || obstacle == Reason::client_stream_limit ||
           obstacle == Reason::push_limit || obstacle == Reason::save_data || obstacle == Reason::push_off ||
           obstacle == Reason::push_unsupported;
  }

  void turn_to(const Hint& hint) {
    const bool is_asset = hint.kind != Kind::preconnect;
    path_ = is_asset ? same_origin_path(hint.url, request_.scheme, authority_) : std::string_view();
    facts_.reset();
  }

  /// Looked up when somebody asks: for most entries the client decides already.
  const AssetFacts& facts() const {
    if (!facts_) {
      const bool known = !path_.empty() && request_.assets != nullptr;
      facts_ = known ? request_.assets->facts(path_) : AssetFacts();
    }
    return *facts_;
  }

  std::uint64_t asset_bytes() const { return promise_bytes + (facts().bytes != 0 ? facts().bytes : assumed_bytes); }

  /// From what never changes to what may be otherwise a moment later; takes the room that a push needs.
  std::optional<Reason> why_not_push(const Entry& entry) {
    if (const std::optional<Reason> obstacle = not_by_connection(entry)) return obstacle;
    if (const std::optional<Reason> obstacle = not_this_asset(entry)) return obstacle;
    if (request_.save_data()) return Reason::save_data;
    if (situation_.unchanged || (!situation_.head_known && request_.conditional())) return Reason::conditional_request;
    if (const std::optional<Reason> obstacle = has_it_already()) return obstacle;
    if (client_room_ == 0) return Reason::client_stream_limit;
    if (own_room_ == 0) return Reason::push_limit;
    if (!spending_.has_room(situation_.budget, entry.rule, asset_bytes())) return Reason::over_budget;
    spending_.add(entry.rule, asset_bytes());
    --client_room_;
    --own_room_;
    promised_.push_back(path_);
    return std::nullopt;
  }

  std::optional<Reason> not_by_connection(const Entry& entry) const {
    const Hint& hint = entry.hint;
    if (request_.client.behind_proxy) return Reason::behind_proxy;
    if (!request_.http2()) return Reason::not_http2;
    if (!request_.client.accepts_push) return Reason::client_disabled_push;
    if (!request_.abilities().push) return Reason::push_unsupported;
    if (!situation_.push) return Reason::push_off;
    if (hint.kind == Kind::preconnect || hint.url.empty()) return Reason::not_an_asset;
    if (hint.nopush) return Reason::nopush;
    if (path_.empty()) return Reason::cross_origin;
    if (is_own_url()) return Reason::own_url;
    if (hint.is_conditional() && !asks_for_push(entry)) return Reason::browser_chooses;
    if (is_off(entry, How::push)) return Reason::switched_off;
    if (situation_.connection_closing) return Reason::connection_closing;
    return std::nullopt;
  }

  /// The rule, or the application, says so itself: then it goes to everybody, too.
  static bool asks_for_push(const Entry& entry) {
    return entry.hint.push_only || (entry.rule != nullptr && entry.rule->deliver == Deliver::push);
  }

  /// What the asset's own answers were lately.
  std::optional<Reason> not_this_asset(const Entry& entry) const {
    if (facts().redirects()) return Reason::asset_redirects;
    // What the promise repeats of the request may be what the asset wants.
    const bool refused = facts().status == 401 || facts().status == 403;
    const bool has_credentials = repeats_fields(entry.hint);
    if ((refused || facts().needs_cookies) && !has_credentials) return Reason::needs_credentials;
    if (!refused && !facts().is_there()) return Reason::asset_failed;
    if (facts().promise_failed && !has_credentials) return Reason::asset_failed;
    if (facts().varies) return Reason::asset_varies;
    return wrong_type(entry);
  }

  /// The hint names fields for the promise to repeat, and the request has one of them.
  bool repeats_fields(const Hint& hint) const {
    return std::any_of(hint.with.begin(), hint.with.end(),
                       [&](const std::string& name) { return request_.field(name).data() != nullptr; });
  }

  /// The asset itself counts where somebody has looked at it.
  std::optional<Reason> wrong_type(const Entry& entry) const {
    const bool fits = facts_ ? type_fits(entry.hint.kind, facts_->type) : !entry.wrong_type;
    return fits ? std::nullopt : std::optional(Reason::wrong_type);
  }

  std::optional<Reason> has_it_already() const {
    if (std::find(promised_.begin(), promised_.end(), path_) != promised_.end()) return Reason::already_sent;
    if (request_.assets == nullptr) return std::nullopt;
    if (request_.assets->sent(path_)) return Reason::already_sent;
    switch (request_.assets->cached(path_)) {
      case Cached::yes:
        return Reason::in_cookie;
      case Cached::perhaps:
        return Reason::version_unknown;
      case Cached::no:
        break;
    }
    return std::nullopt;
  }

  std::optional<Reason> why_not_early(const Entry& entry) const {
    if (const std::optional<Reason> obstacle = request_.why_no_early_hints()) return obstacle;
    if (!request_.abilities().can_use_early(entry.hint)) return Reason::early_hints_unsupported;
    if (entry.hint.is_conditional()) return Reason::browser_chooses;
    if (is_off(entry, How::early_hints)) return Reason::switched_off;
    if (situation_.head_known) return Reason::early_hints_too_late;
    if (situation_.early_hints_sent) return Reason::early_hints_already_sent;
    if (situation_.page_redirects) return Reason::page_redirects;
    if (situation_.answer_ready) return Reason::answer_ready;
    // Last, because somebody may have to look at a disk for it.
    if (facts().redirects()) return Reason::asset_redirects;
    // A promise may fail where a client's own request, which has cookies, does not.
    const bool nobody_got_it = facts().status == 0 && facts().promise_failed;
    if (!facts().is_there() || nobody_got_it) return Reason::asset_failed;
    if (facts().goes_stale) return Reason::not_cacheable;
    return wrong_type(entry);
  }

  std::optional<Reason> why_not_link(const Entry& entry) const {
    return is_off(entry, How::link) ? std::optional(Reason::switched_off) : wrong_type(entry);
  }

  bool is_off(const Entry& entry, How how) const {
    const std::string_view rule = entry.rule != nullptr ? std::string_view(entry.rule->name) : std::string_view();
    return situation_.switches != nullptr && situation_.switches->delivery_is_off(situation_.site, rule, how);
  }

  /// A rule for every path also fits the requests for its own assets.
  bool is_own_url() const {
    const auto question = std::min(path_.find('?'), path_.size());
    const std::string_view query = question == path_.size() ? std::string_view() : path_.substr(question + 1);
    return path_.substr(0, question) == request_.path && query == request_.query;
  }

  const Request& request_;
  std::string_view authority_;
  const Situation& situation_;
  std::optional<Reason> link_only_;
  bool takes_push_;
  std::uint32_t client_room_, own_room_;
  Spending spending_;
  std::vector<std::string_view> promised_;  // "/a.css" and "https://host/a.css" are one asset

  // Of the entry that is being decided.
  std::string_view path_;  // empty where it is not on this origin
  mutable std::optional<AssetFacts> facts_;
};

}  // namespace

bool Plan::any(How how) const {
  return std::any_of(deliveries.begin(), deliveries.end(),
                     [&](const Delivery& delivery) { return delivery.how == how; });
}

Plan plan(const PushList& list, const Request& request, std::string_view authority, const Situation& situation) {
  return Planner(request, authority, situation).run(list);
}

std::string_view same_origin_path(std::string_view url, std::string_view scheme, std::string_view authority) {
  url = url.substr(0, url.find('#'));
  if (url.substr(0, 1) == "/") return url.substr(0, 2) == "//" ? std::string_view() : url;
  const auto parts = split_origin(url);
  if (!parts || !same_origin(parts->origin, {scheme, authority})) return {};
  if (parts->rest.empty()) return "/";
  return parts->rest.front() == '/' ? parts->rest : std::string_view();
}

std::vector<std::string> early_links(const PushList& list, const Plan& plan) {
  std::vector<std::string> links;
  for (const Delivery& delivery : plan.deliveries) {
    if (delivery.how == How::early_hints) links.push_back(early_link_value(list.entries()[delivery.entry].hint));
  }
  return links;
}

}  // namespace outrider::push
