// SPDX-License-Identifier: MIT
#include "push/rehearsal.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "push/assets.h"
#include "push/budget.h"
#include "push/delivering.h"
#include "push/plan.h"
#include "push/rule_run.h"
#include "push/switches.h"

namespace outrider::push {
namespace {

/// What is known of assets, and what the rehearsal itself has sent.
class SeenAssets final : public Assets {
 public:
  explicit SeenAssets(const Assets* known) : known_(known) {}

  AssetFacts facts(std::string_view path) const override {
    return known_ != nullptr ? known_->facts(path) : AssetFacts();
  }
  std::string type(std::string_view path) const override {
    return known_ != nullptr ? known_->type(path) : std::string();
  }
  bool sent(std::string_view path) const override {
    return std::find(promised.begin(), promised.end(), path) != promised.end() ||
           (known_ != nullptr && known_->sent(path));
  }
  Cached cached(std::string_view path) const override { return known_ != nullptr ? known_->cached(path) : Cached::no; }

  std::vector<std::string> promised;  // paths

 private:
  const Assets* known_;
};

/// Takes note of what would go out.
class Notes final : public Outside {
 public:
  Notes(const Request& request, const Setting& setting, const FinalHead* head, SeenAssets& assets, Rehearsed& result)
      : request_(request), setting_(setting), head_(head), assets_(assets), result_(result) {}

  const Switches* switches() const override { return setting_.switches; }
  std::string_view site() const override { return setting_.site; }

  Situation situation(bool head_known) const override {
    Situation situation;
    situation.push = setting_.push;
    situation.unchanged = head_known && head_ != nullptr && head_->response.status == 304;
    situation.page_redirects = setting_.page_redirects;
    situation.answer_ready = is_at_hand(setting_.answers_at_once, setting_.think_time);
    situation.client_push_room = setting_.client_push_room - std::min(promised_, setting_.client_push_room);
    situation.own_push_room = setting_.own_push_room - std::min(promised_, setting_.own_push_room);
    situation.connection_closing = setting_.connection_closing;
    PageSituation page{setting_.budget_bytes, request_.link(), std::nullopt, setting_.page_bytes,
                       setting_.open_bytes + result_.decisions.spending.bytes()};
    if (!head_known && !setting_.answers_at_once) page.think_time = setting_.think_time;
    situation.budget = budget_of_page(page, result_.decisions.spending);
    result_.budget = situation.budget;
    return situation;
  }

  Reason promise(const Entry& entry, std::uint64_t, bool) override {
    ++promised_;
    assets_.promised.emplace_back(same_origin_path(entry.hint.url, request_.scheme, request_.authority));
    return Reason::sent;
  }
  bool send_early_hints(const std::vector<std::string>& links) override {
    result_.early_links = links;
    return true;
  }
  void hinted(std::string_view) override {}
  void mistaken(const Entry&, std::string_view, std::string_view, std::optional<Kind>) override {}
  void announced(const Entry&) override {}

 private:
  const Request& request_;
  const Setting& setting_;
  const FinalHead* head_;
  SeenAssets& assets_;
  Rehearsed& result_;
  std::uint32_t promised_ = 0;
};

class Rehearsal {
 public:
  Rehearsal(const Request& request, const Setting& setting, const FinalHead* head)
      : assets_(request.assets),
        request_(request),
        setting_(setting),
        head_(head),
        outside_(request_, setting, head, assets_, result_) {
    request_.assets = &assets_;
  }

  Rehearsed run() {
    if (setting_.switches != nullptr && setting_.switches->site_is_off(setting_.site)) return std::move(result_);
    if (setting_.rules != nullptr) {
      setting_.rules->find(request_.host, request_.method, request_.path, matches_);
    }
    Delivering delivering(result_.decisions, outside_, request_);
    PushList list = run_phase(Phase::request, nullptr);
    if (!setting_.answers_at_once) {
      for (const Hint& hint : setting_.learned) list.add(hint, nullptr);
    }
    delivering.deliver(list, false);
    finish(delivering);
    return std::move(result_);
  }

 private:
  PushList run_phase(Phase phase, const Response* response) {
    RuleRun run =
        run_rules(matches_, phase, request_, response, setting_.functions, setting_.switches, setting_.site, true);
    Evaluation& evaluation = run.evaluation;
    std::move(evaluation.traces.begin(), evaluation.traces.end(), std::back_inserter(result_.traces));
    Decisions& decisions = result_.decisions;
    for (const Entry& entry : evaluation.shadow.entries()) decisions.shadow.add(entry.hint, entry.rule, entry.personal);
    for (const Entry& entry : run.switched_off.entries()) decisions.switched_off.add(entry.hint, entry.rule);
    decisions.reads.merge(evaluation.reads);
    return std::move(evaluation.list);
  }

  void finish(Delivering& delivering) {
    const int status = head_ != nullptr ? head_->response.status : 200;
    if (!takes_hints(request_.method, status)) return take_links_back();
    if (head_ == nullptr) {
      result_.links = final_links(result_.decisions, outside_, {}, false);
      return;
    }
    delivering.head_came(status);
    const PushList from_rules = run_phase(Phase::response, &head_->response);
    delivering.deliver(from_rules, true);
    delivering.deliver(head_->links, true);
    result_.links = final_links(result_.decisions, outside_, head_->links, head_->storable);
  }

  /// What was left to the Link of a page, and the answer is none.
  void take_links_back() {
    const bool of_method = !takes_hints(request_.method, 200);
    for (Delivered& each : result_.decisions.delivered) {
      if (each.how == How::link) each = {How::none, of_method ? Reason::not_for_this_method : each.reason};
    }
  }

  SeenAssets assets_;
  Request request_;  // the one that was asked about, by way of assets_
  const Setting& setting_;
  const FinalHead* head_;
  Rehearsed result_;
  Notes outside_;
  std::vector<Match> matches_;
};

}  // namespace

const RuleTrace* personal_cause(const Rehearsed& rehearsed, const Entry& entry) {
  if (entry.rule == nullptr) return nullptr;
  const RuleTrace* cause = nullptr;
  for (const RuleTrace& trace : rehearsed.traces) {
    if (trace.rule->phase != entry.rule->phase) continue;
    const bool is_own = trace.rule == entry.rule;
    const bool decides = is_own || (trace.rule->final && !trace.rule->shadow && cause == nullptr);
    if (decides && !trace.personal.empty()) cause = &trace;
    if (is_own) break;
  }
  return cause;
}

Rehearsed rehearse(const Request& request, const Setting& setting, const FinalHead* head) {
  return Rehearsal(request, setting, head).run();
}

}  // namespace outrider::push
