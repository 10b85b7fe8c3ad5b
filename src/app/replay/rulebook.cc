// SPDX-License-Identifier: MIT
#include "app/replay/rulebook.h"

#include <algorithm>
#include <utility>

#include "app/replay/untold.h"
#include "http/admission.h"
#include "push/delivering.h"

namespace outrider::app {

Rulebook::Rulebook(const Candidate& candidate, std::size_t thread, WatchedFunctions::Called called, Failed failed)
    : candidate_(candidate),
      rules_(candidate.rules(thread)),
      functions_(rules_.functions.get(), std::move(called)),
      failed_(std::move(failed)) {}

bool Rulebook::find(const std::string& host, std::string_view method, std::string_view path) {
  matches_.clear();
  site_ = candidate_.sites().find(host);
  const push::RuleSet* rules = site_ != nullptr ? candidate_.rules_of(*site_) : nullptr;
  if (rules != nullptr) rules->find(host, method, path, matches_);
  return !matches_.empty();
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
  const bool all =
      std::none_of(matches_.begin(), matches_.end(), [](const push::Match& match) { return needs_head(*match.rule); });
  if (!all) {
    askable_.clear();
    std::copy_if(matches_.begin(), matches_.end(), std::back_inserter(askable_),
                 [](const push::Match& match) { return !needs_head(*match.rule); });
  }
  push::Evaluation evaluation = push::evaluate(all ? matches_ : askable_, phase, request, response, &functions_, false);
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
