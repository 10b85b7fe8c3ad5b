// SPDX-License-Identifier: MIT
#include "script/rules.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"
#include "script/build_states.h"
#include "script/function_host.h"
#include "script/rule_files.h"
#include "script/rule_tests.h"

namespace outrider::script {
namespace {

std::vector<RuleFiles> find_all(const RulesOptions& options, SourceLog& sources, ProblemList& list) {
  std::vector<RuleFiles> all;
  std::vector<Problem> problems;
  for (const RuleSetSpec& spec : options.sets) {
    const std::size_t before = problems.size();
    all.push_back(find_rule_files(spec, sources, problems));
    if (!all.back().files.empty() || problems.size() > before || spec.globs.empty()) continue;
    log::warning("{}: site {}: no rule file matches {}; the site is served without hints", spec.place.text(), spec.site,
                 fmt::join(spec.globs, ", "));
  }
  find_test_files(options.sets, all, sources, problems);
  list.add(std::move(problems));
  throw_if_cancelled(options.cancel);
  return all;
}

bool has_tests(const std::vector<RuleFiles>& found) {
  return std::any_of(found.begin(), found.end(), [](const RuleFiles& files) { return !files.tests.empty(); });
}

/// They are read all the same, so that it does not look like another generation.
void skip_tests(const std::vector<RuleFiles>& found, SourceLog& sources) {
  for (const RuleFiles& files : found) {
    for (const RuleFile& test : files.tests) sources.read(test.path, SourceLog::largest_lua_file);
  }
}

}  // namespace

LoadedRules load_rules(const RulesOptions& options, std::size_t workers, Watchdog& watchdog, SourceLog& sources) {
  CHECK(workers > 0);
  ProblemList problems;
  const std::vector<RuleFiles> found = find_all(options, sources, problems);
  const bool tested = has_tests(found) && options.run_tests;
  if (has_tests(found) && !tested) skip_tests(found, sources);

  // Tests run in a state of their own: a function may count in its local variables, and a state that served tests would
  // serve visitors something else than its neighbours.
  BuiltStates built = build_states(workers + (tested ? 1 : 0), options, found, sources, watchdog, problems);
  problems.throw_if_any();
  if (tested) {
    run_rule_tests({options, found, built.sets, *built.states.back(), sources, watchdog}, problems);
    problems.throw_if_any();
    built.states.pop_back();
  }
  for (const auto& state : built.states) state->state().set_cancel(nullptr);
  return {std::move(built.sets), {built.states.begin(), built.states.end()}, has_tests(found) && !tested};
}

}  // namespace outrider::script
