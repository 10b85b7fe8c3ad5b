// SPDX-License-Identifier: MIT
#include "push/rule_watch.h"

#include <algorithm>

namespace outrider::push {
namespace {

bool has_function(const Rule& rule) {
  return rule.when_function >= 0 || rule.hints_function >= 0;
}

}  // namespace

std::vector<WatchedRule> rules_with_functions(const std::vector<std::shared_ptr<const RuleSet>>& sets) {
  std::vector<WatchedRule> found;
  for (std::size_t site = 0; site != sets.size(); ++site) {
    if (sets[site] == nullptr) continue;
    for (const Rule& rule : sets[site]->rules()) {
      if (has_function(rule)) found.push_back({site, &rule});
    }
  }
  return found;
}

RuleWatch::RuleWatch(const std::vector<std::shared_ptr<const RuleSet>>& sets, const VisitorHash& visitors)
    : visitors_(visitors) {
  const std::vector<WatchedRule> rules = rules_with_functions(sets);
  counts_ = std::vector<Counts>(rules.size());
  for (std::size_t index = 0; index != rules.size(); ++index) {
    for (const int function : {rules[index].rule->when_function, rules[index].rule->hints_function}) {
      if (function < 0) continue;
      const auto place = static_cast<std::size_t>(function);
      rule_of_.resize(std::max(rule_of_.size(), place + 1));
      rule_of_[place] = static_cast<std::uint32_t>(index);
    }
  }
}

std::size_t RuleWatch::index_of(const Rule& rule) const {
  return rule_of_[static_cast<std::size_t>(std::max(rule.when_function, rule.hints_function))];
}

void RuleWatch::ran(const Rule& rule, bool begins, bool failed, std::string_view address) {
  Counts& counts = counts_[index_of(rule)];
  const auto add = [](std::atomic<std::uint64_t>& counter) { counter.store(counter.load(relaxed) + 1, relaxed); };
  if (begins) add(counts.evaluations);
  if (failed) add(counts.failures);
  if (counts.failures.load(relaxed) == 0) return;
  // Taken by another thread meanwhile: these are no single writer's.
  const std::uint64_t bit = std::uint64_t{1} << (visitors_(address) % 64);
  counts.visitors.fetch_or(bit, relaxed);
  if (failed) counts.failing.fetch_or(bit, relaxed);
}

}  // namespace outrider::push
