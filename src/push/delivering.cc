// SPDX-License-Identifier: MIT
#include "push/delivering.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "push/asset_type.h"
#include "push/assets.h"
#include "push/switches.h"

namespace outrider::push {
namespace {

/// What the application said is in its response whatever we decide.
bool link_is_off(const Outside& outside, const Entry& entry) {
  const Switches* switches = outside.switches();
  return switches != nullptr && entry.rule != nullptr &&
         switches->delivery_is_off(outside.site(), entry.rule->name, How::link);
}

}  // namespace

Situation Delivering::situation(bool head_known) const {
  Situation situation = outside_.situation(head_known);
  situation.head_known = head_known;
  situation.early_hints_sent = decisions_.early_hints_sent;
  situation.spending = &decisions_.spending;
  situation.switches = outside_.switches();
  situation.site = outside_.site();
  return situation;
}

/// The hint with the kind that its asset has. Its type is asked for here alone: for most entries that is all that is
/// looked up.
Entry Delivering::corrected(Entry entry) const {
  Hint& hint = entry.hint;
  if (hint.kind == Kind::preconnect) return entry;
  const std::string_view path = same_origin_path(hint.url, request_.scheme, request_.authority);
  if (path.empty()) return entry;
  outside_.hinted(path);
  const std::string type = request_.assets != nullptr ? request_.assets->type(path) : std::string();
  if (type_fits(hint.kind, type)) return entry;
  const auto right = kind_of_type(type);
  if (entry.rule != nullptr) outside_.mistaken(entry, path, type, right);
  entry.wrong_type = !right;
  if (!right) return entry;
  // What the rule did not say goes with the kind.
  if (hint.crossorigin == own_crossorigin(hint.kind)) hint.crossorigin = own_crossorigin(*right);
  hint.kind = *right;
  hint.type.clear();
  return entry;
}

/// What becomes of an entry that did not go the better way, for `reason`.
Delivered Delivering::instead(const Entry& entry, Reason reason) const {
  if (entry.hint.push_only) return {How::none, reason};
  if (link_is_off(outside_, entry)) return {How::none, Reason::switched_off};
  return {How::link, reason};
}

/// Carries out what is planned for one entry, but a 103, which is one for all.
Delivered Delivering::carry_out(const Entry& entry, const Delivery& planned, bool head_known) {
  // Before a promise, whose answer may be there when it returns.
  if (planned.how == How::push || planned.how == How::early_hints) outside_.announced(entry);
  if (planned.how != How::push) return {planned.how, planned.reason, planned.bytes};
  const Reason reason = outside_.promise(entry, planned.bytes, head_known);
  if (reason != Reason::sent) return instead(entry, reason);
  decisions_.spending.add(entry.rule, planned.bytes);
  return {How::push, reason, planned.bytes};
}

/// Sends the 103 of a plan. A connection that closes takes none: then its entries are left to Link.
void Delivering::send_early_hints(const PushList& added, const Plan& plan) {
  const std::vector<std::string> links = early_links(added, plan);
  if (links.empty()) return;
  decisions_.early_hints_sent = outside_.send_early_hints(links);
  if (decisions_.early_hints_sent) return;
  for (std::size_t i = 0; i != decisions_.delivered.size(); ++i) {
    Delivered& delivered = decisions_.delivered[i];
    if (delivered.how != How::early_hints) continue;
    delivered = instead(decisions_.list.entries()[i], Reason::connection_closing);
  }
}

void Delivering::deliver(const PushList& fresh, bool head_known) {
  PushList added;
  for (const Entry& each : fresh.entries()) {
    Entry entry = corrected(each);
    if (decisions_.list.add(entry)) added.add(std::move(entry));
  }
  if (added.empty()) return;
  const Plan plan = push::plan(added, request_, request_.authority, situation(head_known));
  for (const Delivery& planned : plan.deliveries) {
    const Delivered outcome = carry_out(added.entries()[planned.entry], planned, head_known);
    decisions_.delivered.push_back(outcome);
  }
  send_early_hints(added, plan);
}

/// What waited for the head of a conditional request's answer: it is no 304, and may be pushed for now.
void Delivering::deliver_conditional() {
  PushList waiting;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i != decisions_.delivered.size(); ++i) {
    if (decisions_.delivered[i].reason != Reason::conditional_request) continue;
    waiting.add(decisions_.list.entries()[i]);
    places.push_back(i);
  }
  const Plan plan = push::plan(waiting, request_, request_.authority, situation(true));
  for (const Delivery& planned : plan.deliveries) {
    decisions_.delivered[places[planned.entry]] = carry_out(waiting.entries()[planned.entry], planned, true);
  }
}

void Delivering::head_came(int status) {
  if (waits_for_head(decisions_, status)) deliver_conditional();
}

std::vector<std::string> final_links(Decisions& decisions, const Outside& outside, const PushList& from_application,
                                     bool storable) {
  std::vector<std::string> links;
  for (std::size_t i = 0; i != decisions.list.entries().size(); ++i) {
    const Entry& entry = decisions.list.entries()[i];
    // What the application says now stands in its own Link field already; not so what it said in a 103, or to others.
    if (entry.hint.push_only || (entry.rule == nullptr && from_application.repeats(entry.hint))) continue;
    Delivered& delivered = decisions.delivered[i];
    if (delivered.how == How::none) continue;
    if (link_is_off(outside, entry)) {
      // It may have been switched off since the plan was made.
      if (delivered.how == How::link) delivered = {How::none, Reason::switched_off};
    } else if (entry.personal && storable) {
      // That the asset is not there is the better news.
      const bool is_missing = delivered.reason == Reason::asset_failed || delivered.reason == Reason::asset_redirects;
      if (delivered.how == How::link) delivered = {How::none, is_missing ? delivered.reason : Reason::shared_cache};
    } else {
      links.push_back(link_value(entry.hint));
    }
  }
  return links;
}

bool waits_for_head(const Decisions& decisions, int status) {
  if (status == 304) return false;
  return std::any_of(decisions.delivered.begin(), decisions.delivered.end(),
                     [](const Delivered& each) { return each.reason == Reason::conditional_request; });
}

bool takes_hints(std::string_view method, int status) {
  return ((status >= 200 && status < 300) || status == 304) && (method == "GET" || method == "HEAD");
}

std::string_view answered_for(const Entry& entry, std::string_view scheme, std::string_view authority) {
  if (entry.rule == nullptr || entry.hint.kind == Kind::preconnect) return {};
  return same_origin_path(entry.hint.url, scheme, authority);
}

}  // namespace outrider::push
