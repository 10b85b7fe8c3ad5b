// SPDX-License-Identifier: MIT
// A worker's rule functions with a note of which rule is running, so that the death notice of a process that dies or
// hangs in one can name it, and with a count of those that fail.
#pragma once

#include <memory>
#include <utility>

#include "app/process/death_notes.h"
#include "push/evaluate.h"
#include "push/rule_watch.h"
#include "push/worker_rules.h"

namespace outrider::app {

class NotedFunctions final : public push::FunctionHost {
 public:
  /// `note` outlives every request.
  NotedFunctions(std::shared_ptr<push::FunctionHost> functions, DeathNotes::Slot& note,
                 std::shared_ptr<push::RuleWatch> watch)
      : functions_(std::move(functions)), note_(note), watch_(std::move(watch)) {}

  Result<bool> condition_holds(const push::Match& match, const push::Request& request,
                               const push::Response* response) override {
    note_.set_rule(match.rule->name);
    auto holds = functions_->condition_holds(match, request, response);
    count(match, true, !holds, request);
    return holds;
  }

  Result<void> hints(const push::Match& match, const push::Request& request, const push::Response* response,
                     std::vector<push::Hint>& hints) override {
    note_.set_rule(match.rule->name);
    auto result = functions_->hints(match, request, response, hints);
    count(match, match.rule->when_function < 0, !result, request);
    return result;
  }

  bool is_full() const override { return functions_->is_full(); }

 private:
  void count(const push::Match& match, bool begins, bool failed, const push::Request& request) {
    // Then the rule that fails is seldom the one to blame, and switching it off frees nothing.
    if (!functions_->is_full()) watch_->ran(*match.rule, begins, failed, request.client.address);
  }

  const std::shared_ptr<push::FunctionHost> functions_;
  DeathNotes::Slot& note_;
  const std::shared_ptr<push::RuleWatch> watch_;
};

/// The same rules with a note of which function runs and what comes of it.
inline std::shared_ptr<const push::WorkerRules> noted(push::WorkerRules rules, DeathNotes::Slot& note,
                                                      std::shared_ptr<push::RuleWatch> watch) {
  if (rules.functions) {
    rules.functions = std::make_shared<NotedFunctions>(std::move(rules.functions), note, std::move(watch));
  }
  return std::make_shared<const push::WorkerRules>(std::move(rules));
}

}  // namespace outrider::app
