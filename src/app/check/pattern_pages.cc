// SPDX-License-Identifier: MIT
#include "app/check/pattern_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "app/check/made_pages.h"

namespace outrider::app {
namespace {

bool has_function(const push::Match& match) {
  return match.rule->hints_function >= 0 || match.rule->when_function >= 0;
}

/// The rules whose selector fits, without functions.
std::vector<push::Match> declared_rules(const push::RuleSet& rules, const push::MadeRequest& request) {
  std::vector<push::Match> matches;
  rules.find(request.host, request.method, request.path, matches);
  // What stands behind one that may be final nobody knows.
  const auto end = std::find_if(matches.begin(), matches.end(),
                                [](const push::Match& match) { return has_function(match) && match.rule->final; });
  matches.erase(end, matches.end());
  std::erase_if(matches, has_function);
  return matches;
}

}  // namespace

void look_at_declared(const Offline& offline, const config::Site& site, const push::RuleSet& rules,
                      const Question& question, const std::string& wanted_client,
                      const std::function<void(const AskedPage&)>& hear) {
  const config::Route* route = http::find_route(site, question.request.path);
  if (route == nullptr || http::is_denied(*route, question.request.path)) return;
  const std::vector<push::Match> matches = declared_rules(rules, question.request);
  const auto look = [&](const Question& asked, const std::string& client) {
    const push::RequestView view(asked.request, nullptr, offline.loaded().workers.front()->clients.get());
    push::Evaluation evaluation = push::evaluate(matches, push::Phase::request, view.request(), nullptr, nullptr, true);
    Answer answer;
    answer.site = &site;
    answer.rehearsed.traces = std::move(evaluation.traces);
    answer.rehearsed.decisions.list = std::move(evaluation.list);
    const std::string url = url_of(asked);
    hear({asked, answer, url, fmt::format("{} {} as {}", asked.request.method, url, client)});
  };
  const bool for_all =
      std::all_of(matches.begin(), matches.end(), [](const push::Match& match) { return match.rule->when.empty(); });
  if (for_all) {
    look(question, "any client");
  } else {
    for_each_client(question, wanted_client, look);
  }
}

}  // namespace outrider::app
