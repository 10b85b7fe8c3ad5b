// SPDX-License-Identifier: MIT
// What one worker sees of the rules of a generation that run functions: how often each is evaluated and how often its
// functions fail, and for how many visitors. By these numbers a rule that fails is switched off for everybody, so one
// visitor, who may ask as often as he likes, must be told from many. A rule that never failed costs one addition for
// each evaluation; the visitors of others are told apart by a hash of which six bits are kept. One per generation and
// worker, used by that worker's thread; the numbers may be read by any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "push/rule_set.h"
#include "push/visitor.h"

namespace outrider::push {

/// A rule that runs a function, and the index of its site.
struct WatchedRule {
  std::size_t site = 0;
  const Rule* rule = nullptr;
};

/// Those of all sites, in their order; a set may be null. They live as long as the sets.
std::vector<WatchedRule> rules_with_functions(const std::vector<std::shared_ptr<const RuleSet>>& sets);

class RuleWatch {
 public:
  /// Numbers the rules as rules_with_functions(sets) does. The watches of a generation share `visitors`, so that
  /// somebody who comes to several workers is one.
  RuleWatch(const std::vector<std::shared_ptr<const RuleSet>>& sets, const VisitorHash& visitors);

  /// A function of this rule, which is one of the sets', has run for who comes from `address` (text, no port);
  /// `begins`: it is the first one of the evaluation.
  void ran(const Rule& rule, bool begins, bool failed, std::string_view address);

  /// Visitors as one bit of 64 each; two may share one. Counted once a rule has failed.
  struct Visitors {
    std::uint64_t all = 0, failing = 0;
  };

  // Any thread.
  std::size_t size() const { return counts_.size(); }
  std::uint64_t evaluations(std::size_t rule) const { return counts_[rule].evaluations.load(relaxed); }
  std::uint64_t failures(std::size_t rule) const { return counts_[rule].failures.load(relaxed); }
  /// Who came since this was asked last.
  Visitors take_visitors(std::size_t rule) {
    return {counts_[rule].visitors.exchange(0, relaxed), counts_[rule].failing.exchange(0, relaxed)};
  }

 private:
  static constexpr auto relaxed = std::memory_order_relaxed;
  struct Counts {
    std::atomic<std::uint64_t> evaluations{0}, failures{0}, visitors{0}, failing{0};
  };

  std::size_t index_of(const Rule& rule) const;

  std::vector<Counts> counts_;
  std::vector<std::uint32_t> rule_of_;  // by the function's number
  const VisitorHash visitors_;
};

}  // namespace outrider::push
