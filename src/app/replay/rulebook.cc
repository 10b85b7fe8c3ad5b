// SPDX-License-Identifier: MIT
#include "app/replay/rulebook.h"

#include <algorithm>
#include <utility>

#include "http/admission.h"
#include "push/delivering.h"

namespace outrider::app {

Rulebook::Rulebook(const Candidate& candidate, std::size_t thread, std::chrono::nanoseconds patience,
                   WatchedFunctions::Called called, Failed failed)
    : candidate_(candidate),
      rules_(candidate.rules(thread)),
      patience_(patience),
      functions_(rules_.functions.get(),
                 [this, called = std::move(called)](const push::Rule& rule, const WatchedFunctions::Call& call) {
                   if (call.failed) lost_[&rule] += call.took;
                   if (called) called(rule, call);
                 }),
      failed_(std::move(failed)) {}

bool Rulebook::find(const std::string& host, std::string_view method, std::string_view path) {
  matches_.clear();
  site_ = candidate_.sites().find(host);
  const push::RuleSet* rules = site_ != nullptr ? candidate_.rules_of(*site_) : nullptr;
  if (rules != nullptr) rules->find(host, method, path, matches_);
  choose();
  return !matches_.empty();
}

std::optional<NotAsked::Why> Rulebook::why_not(const push::Rule& rule) const {
  const bool has_function = rule.when_function >= 0 || rule.hints_function >= 0;
  if (rule.phase == push::Phase::response && has_function) return NotAsked::Why::needs_head;
  const auto lost = lost_.find(&rule);
  if (lost != lost_.end() && lost->second > patience_) return NotAsked::Why::given_up;
  return std::nullopt;
}

void Rulebook::choose() {
  not_asked_.clear();
  asked_.clear();
  bool behind_final[2] = {};  // by the phase
  for (const push::Match& match : matches_) {
    const push::Rule& rule = *match.rule;
    bool& behind = behind_final[static_cast<std::size_t>(rule.phase)];
    const auto why = behind ? NotAsked::Why::behind_final : why_not(rule);
    if (!why) continue;
    not_asked_.push_back({&rule, *why});
    if (rule.final && !rule.shadow) behind = true;
  }
  if (not_asked_.empty()) return;
  std::copy_if(matches_.begin(), matches_.end(), std::back_inserter(asked_), [&](const push::Match& match) {
    return std::none_of(not_asked_.begin(), not_asked_.end(),
                        [&](const NotAsked& each) { return each.rule == match.rule; });
  });
}

push::PushList Rulebook::run(push::Request& request, int status) {
  request.clients = rules_.clients.get();
  request.bucket_key = rules_.bucket_key;
  request.early_hints = site_->early_hints;
  push::PushList list;
  run_phase(push::Phase::request, request, nullptr, list);
  if (push::takes_hints(request.method, status)) {
    const push::Response response{status, {}};
    run_phase(push::Phase::response, request, &response, list);
  }
  return list;
}

void Rulebook::run_phase(push::Phase phase, const push::Request& request, const push::Response* response,
                         push::PushList& list) {
  const std::vector<push::Match>& asked = not_asked_.empty() ? matches_ : asked_;
  push::Evaluation evaluation = push::evaluate(asked, phase, request, response, &functions_, false);
  for (const push::RuleTrace& trace : evaluation.traces) {
    if (failed_) failed_(*trace.rule, trace.error);
  }
  if (list.empty()) {
    list = std::move(evaluation.list);
  } else {
    for (const push::Entry& entry : evaluation.list.entries()) list.add(entry.hint, entry.rule);
  }
}

bool is_refused(const config::Config& config, const config::Site& site, std::string_view path,
                std::string_view target) {
  if (!config.health.empty() && path == config.health) return true;
  return http::refusal_of(http::find_route(site, path), path, target, 0) != 0;
}

}  // namespace outrider::app
