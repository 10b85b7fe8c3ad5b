// SPDX-License-Identifier: MIT
// Switches off a rule whose functions fail: for its share of evaluations in a sliding window over all workers, and for
// the same share of the visitors that it ran for, of whom there must be several. So neither one bad request in many nor
// one visitor who asks often takes a rule from all others; and no rule is judged before it has failed for a whole
// window, in which those for whom it works have come too. It stays off until the next reload or until somebody switches
// it on. The main thread's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/admin/off_switches.h"
#include "app/reload/generation.h"
#include "base/clock.h"
#include "config/config.h"
#include "push/rule_watch.h"

namespace outrider::app {

class FailingRules {
 public:
  explicit FailingRules(const Clock& clock) : clock_(clock) {}

  /// From now on it watches this generation, which is live; none of its rules is off.
  void begin(const Generation& live);

  /// A rule that has just been switched off.
  struct Found {
    const push::Rule* rule = nullptr;  // until the next begin()
    std::string site;
    std::string why;  // "57 of 60 evaluations failed"
  };
  /// Called each second or so. While the generation itself is on trial (`judge` is false) it only counts.
  std::vector<Found> look(bool judge);

  /// Takes back what is off of this rule, or everything where nothing is named. Returns how many there were. A rule
  /// that goes on failing is switched off again after another window.
  std::size_t on(const push::Switch& what);
  /// What is off, with why in place of who.
  const std::vector<OffSwitches::Entry>& entries() const { return entries_; }

 private:
  struct Sample {
    SteadyTime time{};
    std::uint64_t evaluations = 0, failures = 0;  // since the generation went live
    push::RuleWatch::Visitors visitors;           // since the sample before
  };
  using Window = std::deque<Sample>;

  Sample sample_of(std::size_t rule) const;
  void add(Window& window, Sample sample) const;
  std::optional<std::string> verdict(const Window& window) const;
  push::Switch switch_of(std::size_t rule) const;

  const Clock& clock_;
  config::FailingRules limits_;
  std::shared_ptr<const config::Config> config_;
  std::vector<std::shared_ptr<const push::RuleSet>> sets_;  // they own what rules_ points at
  std::vector<push::WatchedRule> rules_;
  std::vector<std::shared_ptr<push::RuleWatch>> watches_;
  std::map<std::size_t, Window> windows_;  // of rules that have failed and are on
  std::vector<OffSwitches::Entry> entries_;
};

}  // namespace outrider::app
