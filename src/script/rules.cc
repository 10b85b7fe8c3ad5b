// SPDX-License-Identifier: MIT
#include "script/rules.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"
#include "script/function_host.h"
#include "script/problem_list.h"
#include "script/rule_checks.h"
#include "script/rule_files.h"
#include "script/rule_loader.h"
#include "script/rule_tests.h"

namespace outrider::script {
namespace {

struct Built {
  std::vector<std::vector<push::Rule>> sets;
  std::shared_ptr<RuleState> state;
};

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

/// One state with everything in it. Problems are appended, and what is built then is good for nothing.
Built build(const RulesOptions& options, const std::vector<RuleFiles>& found, SourceLog& sources, Watchdog& watchdog,
            ProblemList& problems) {
  throw_if_cancelled(options.cancel);
  Built built;
  built.state = std::make_shared<RuleState>(options.limits, &watchdog, options.jit);
  built.state->state().set_cancel(options.cancel);
  RuleLoader loader(*built.state, sources, options);
  for (std::size_t i = 0; i < found.size(); ++i) built.sets.push_back(loader.load(options.sets[i], found[i]));
  problems.add(loader.problems().list());
  if (!problems.none()) return built;
  const auto finished = built.state->state().finish_loading();
  throw_if_cancelled(options.cancel);
  if (!finished) problems.add(problem_from(finished.error(), {}));
  return built;
}

using RuleSets = std::vector<std::shared_ptr<const push::RuleSet>>;

/// Appends a problem where another worker's state built something else than the first.
void compare(const RuleSets& first, const Built& other, ProblemList& problems) {
  constexpr std::string_view advice =
      "rule files must build the same rules each time they are loaded; do they ask for the time or a random number?";
  for (std::size_t set = 0; set < first.size(); ++set) {
    if (first[set] == nullptr) continue;  // there is no file
    const auto& ours = first[set]->rules();
    const auto& theirs = other.sets[set];
    for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) {
      if (fingerprint(ours[i]) == fingerprint(theirs[i])) continue;
      problems.add({ours[i].place,
                    fmt::format("rule \"{}\": another worker's state built it differently; {}", ours[i].name, advice)});
      return;
    }
    if (ours.size() == theirs.size()) continue;
    const auto& longer = ours.size() > theirs.size() ? ours : theirs;
    const push::Rule& surplus = longer[std::min(ours.size(), theirs.size())];
    problems.add({surplus.place, fmt::format("rule \"{}\": one worker's state built it, another's did not; {}",
                                             surplus.name, advice)});
    return;
  }
}

RuleSets index(std::vector<std::vector<push::Rule>> sets, const std::vector<RuleFiles>& found) {
  RuleSets indexed;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const bool has_files = !found[i].files.empty();
    indexed.push_back(has_files ? std::make_shared<const push::RuleSet>(std::move(sets[i])) : nullptr);
  }
  return indexed;
}

/// Runs the tests in a state of their own: a function may count in its local variables, and a state that served tests
/// would serve visitors something else than its neighbours.
void run_tests(const RulesOptions& options, const std::vector<RuleFiles>& found, const RuleSets& sets,
               SourceLog& sources, Watchdog& watchdog, ProblemList& problems) {
  const bool any = std::any_of(found.begin(), found.end(), [](const RuleFiles& files) { return !files.tests.empty(); });
  if (!any) return;
  if (!options.run_tests) {
    // Read all the same, so that it does not look like another generation.
    for (const RuleFiles& files : found) {
      for (const RuleFile& test : files.tests) sources.read(test.path, SourceLog::kLargestLuaFile);
    }
    log::warning("the tests beside the rules were skipped");
    return;
  }
  const Built tested = build(options, found, sources, watchdog, problems);
  if (problems.none()) compare(sets, tested, problems);
  if (problems.none()) run_rule_tests({options, found, sets, *tested.state, sources, watchdog}, problems);
}

}  // namespace

LoadedRules load_rules(const RulesOptions& options, std::size_t workers, Watchdog& watchdog, SourceLog& sources) {
  CHECK(workers > 0);
  ProblemList problems;
  const std::vector<RuleFiles> found = find_all(options, sources, problems);
  Built first = build(options, found, sources, watchdog, problems);
  problems.throw_if_any();

  LoadedRules loaded;
  loaded.sets = index(std::move(first.sets), found);
  run_tests(options, found, loaded.sets, sources, watchdog, problems);
  problems.throw_if_any();
  const auto serve = [&loaded](const Built& built) {
    built.state->state().set_cancel(nullptr);
    loaded.functions.push_back(built.state);
  };
  serve(first);
  while (loaded.functions.size() < workers) {
    const Built other = build(options, found, sources, watchdog, problems);
    if (problems.none()) compare(loaded.sets, other, problems);
    problems.throw_if_any();
    serve(other);
  }
  return loaded;
}

}  // namespace outrider::script
