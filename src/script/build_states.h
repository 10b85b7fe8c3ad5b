// SPDX-License-Identifier: MIT
// From rule files to Lua states, one for each worker, that are known to hold the same rules. With many rules this is
// what a reload takes its time for, so the states are built side by side: on the calling thread, and on others that
// have ended when it returns.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "push/rule_set.h"
#include "script/problem_list.h"
#include "script/rule_files.h"
#include "script/rules.h"

namespace outrider::script {

class RuleState;

using RuleSets = std::vector<std::shared_ptr<const push::RuleSet>>;

struct BuiltStates {
  RuleSets sets;  // one for each spec, in order; null where there is no file
  std::vector<std::shared_ptr<RuleState>> states;
};

/// Runs all files in each of `count` (> 0) new states. What is wrong with the files is appended to `problems`, once,
/// and so is a rule that one state built differently from another; what is returned then is good for nothing. Throws
/// what loading throws, above all when it is cancelled.
BuiltStates build_states(std::size_t count, const RulesOptions& options, const std::vector<RuleFiles>& found,
                         SourceLog& sources, Watchdog& watchdog, ProblemList& problems);

}  // namespace outrider::script
