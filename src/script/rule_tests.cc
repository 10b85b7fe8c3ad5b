// SPDX-License-Identifier: MIT
#include "script/rule_tests.h"

#include <fmt/format.h>

#include <chrono>
#include <map>

#include "script/test_file.h"

namespace outrider::script {
namespace {

using std::chrono::steady_clock;

/// The sites that run a test file.
struct SitesOfTest {
  int number = 0;
  std::vector<std::string> hosts;  // all their names
};

std::map<std::filesystem::path, SitesOfTest> sites_of_tests(const RuleTestRun& run) {
  std::map<std::filesystem::path, SitesOfTest> sites;
  for (std::size_t i = 0; i < run.found.size(); ++i) {
    const RuleSetSpec& spec = run.options.sets[i];
    for (const RuleFile& test : run.found[i].tests) {
      SitesOfTest& of_test = sites[test.path];
      ++of_test.number;
      of_test.hosts.push_back(spec.site);
      of_test.hosts.insert(of_test.hosts.end(), spec.aliases.begin(), spec.aliases.end());
    }
  }
  return sites;
}

std::string out_of_time(std::chrono::milliseconds limit, std::size_t not_run) {
  std::string text = fmt::format(
      "stopped here: all tests together may take {} ms (test_timeout), and this file was running when that was over",
      limit.count());
  if (not_run > 0) text += fmt::format("; {} more {} not run", not_run, not_run == 1 ? "was" : "were");
  return text;
}

std::string too_much_wrong(std::size_t not_run) {
  return fmt::format("{} more {} not run: more than {} problems were found", not_run,
                     not_run == 1 ? "file was" : "files were", most_problems);
}

}  // namespace

void run_rule_tests(const RuleTestRun& run, ProblemList& problems) {
  const push::RuleSet no_rules({});
  const auto deadline = steady_clock::now() + run.options.test_timeout;
  const auto sites = sites_of_tests(run);
  std::size_t left = 0;
  for (const RuleFiles& site : run.found) left += site.tests.size();
  for (std::size_t i = 0; i < run.found.size(); ++i) {
    const push::RuleSet& rules = run.sets[i] != nullptr ? *run.sets[i] : no_rules;
    for (const RuleFile& test : run.found[i].tests) {
      if (problems.full()) {
        if (run.options.test_listener != nullptr) run.options.test_listener->left_out(too_much_wrong(left));
        return;
      }
      --left;
      throw_if_cancelled(run.options.cancel);
      const SitesOfTest& of_test = sites.at(test.path);
      const TestedSite site{run.options.sets[i], run.found[i], rules, run.functions, of_test.number > 1, of_test.hosts};
      if (run.options.test_listener != nullptr)
        run.options.test_listener->began(site.spec.site, test.shown, site.named);
      TestFile file(site, test, run.options, run.sources, run.watchdog, deadline);
      const auto stopped_at = file.run();
      throw_if_cancelled(run.options.cancel);
      problems.add(file.problems());
      if (!stopped_at) continue;
      const Problem late{*stopped_at, out_of_time(run.options.test_timeout, left)};
      if (run.options.test_listener != nullptr) run.options.test_listener->broke(late, {});
      problems.add(late);
      return;
    }
  }
}

}  // namespace outrider::script
