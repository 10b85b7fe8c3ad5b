// SPDX-License-Identifier: MIT
// Rules with functions of the test's own, and their evaluation.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "push/evaluate.h"
#include "unit/push/support.h"

namespace outrider::push::test {

using Urls = std::vector<std::string>;

/// Functions of the test, by the numbers that rules have for them.
struct FakeHost : FunctionHost {
  std::string_view reads_field;  // by each function
  std::vector<std::function<Result<bool>()>> conditions;
  std::vector<std::function<Result<void>(const Match&, std::vector<Hint>&)>> lists;

  Result<bool> condition_holds(const Match& match, const Request& request, const Response*) override {
    if (!reads_field.empty()) request.reads.field(reads_field);
    return conditions.at(static_cast<std::size_t>(match.rule->when_function))();
  }
  Result<void> hints(const Match& match, const Request& request, const Response*, std::vector<Hint>& hints) override {
    if (!reads_field.empty()) request.reads.field(reads_field);
    return lists.at(static_cast<std::size_t>(match.rule->hints_function))(match, hints);
  }
};

struct RuleBench {
  TestRequest test;
  FakeHost host;
  std::vector<Rule> rules;
  std::unique_ptr<RuleSet> set;

  Rule& add(std::string name, std::vector<std::string> hint_urls) {
    rules.push_back(rule(std::move(name), {"/**"}));
    for (std::string& url : hint_urls) rules.back().hints.push_back(hint(Kind::style, std::move(url)));
    return rules.back();
  }

  Evaluation run(bool trace = false, Phase phase = Phase::request) {
    set = std::make_unique<RuleSet>(rules);
    std::vector<Match> matches;
    set->find(test.request.host, test.request.method, test.request.path, matches);
    return evaluate(matches, phase, test.request, nullptr, &host, trace);
  }
};

inline Urls urls(const PushList& list) {
  Urls result;
  for (const Entry& entry : list.entries()) result.push_back(entry.hint.url);
  return result;
}

/// The URLs of entries that are one visitor's.
inline Urls personal_urls(const PushList& list) {
  Urls result;
  for (const Entry& entry : list.entries()) {
    if (entry.personal) result.push_back(entry.hint.url);
  }
  return result;
}

}  // namespace outrider::push::test
