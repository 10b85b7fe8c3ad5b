// SPDX-License-Identifier: MIT
// The tests beside the rules, "*.test.lua": each runs in a sandboxed state of its own and asks the rules that have just
// been built what they return. Control thread, while loading.
#pragma once

#include <memory>
#include <vector>

#include "push/rule_set.h"
#include "script/function_host.h"
#include "script/problem_list.h"
#include "script/rule_files.h"
#include "script/rules.h"
#include "script/sources.h"

namespace outrider::script {

struct RuleTestRun {
  const RulesOptions& options;
  const std::vector<RuleFiles>& found;  // of each site
  /// Of each site; null where it has no rule file: then nothing is hinted.
  const std::vector<std::shared_ptr<const push::RuleSet>>& sets;
  RuleState& functions;  // of those rules, with loading finished; serves nobody afterwards
  SourceLog& sources;
  Watchdog& watchdog;
};

/// Runs all tests of all sites. Appends a problem at the line of each expectation that does not hold, for each rule
/// that fails meanwhile, and for what is wrong with a test file itself; a file ends at its `most_problems_of_file`.
/// After options.test_timeout it stops: the problem then names the file that was running. Throws LoadError where the
/// load is cancelled.
void run_rule_tests(const RuleTestRun& run, ProblemList& problems);

}  // namespace outrider::script
