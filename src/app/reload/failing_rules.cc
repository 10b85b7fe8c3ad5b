// SPDX-License-Identifier: MIT
#include "app/reload/failing_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace outrider::app {
namespace {

/// Samples that a window is made of.
constexpr int steps = 10;

bool reaches(std::uint64_t part, std::uint64_t all, std::uint32_t percent) {
  return part * 100 >= all * percent;
}

}  // namespace

void FailingRules::begin(const Generation& live) {
  limits_ = live.config->limits.failing_rules;
  config_ = live.config;
  sets_ = live.workers.front()->sets;
  rules_ = push::rules_with_functions(sets_);
  watches_ = live.rule_watches;
  windows_.clear();
  entries_.clear();
}

push::Switch FailingRules::switch_of(std::size_t rule) const {
  return {config_->sites[rules_[rule].site].name, rules_[rule].rule->name, {}};
}

FailingRules::Sample FailingRules::sample_of(std::size_t rule) const {
  Sample sample{clock_.steady(), 0, 0, {}};
  for (const auto& watch : watches_) {
    sample.evaluations += watch->evaluations(rule);
    sample.failures += watch->failures(rule);
    const push::RuleWatch::Visitors visitors = watch->take_visitors(rule);
    sample.visitors.all |= visitors.all;
    sample.visitors.failing |= visitors.failing;
  }
  return sample;
}

void FailingRules::add(Window& window, Sample sample) const {
  const std::chrono::milliseconds length = std::chrono::seconds(limits_.window_s);
  // Of the last step: the newest numbers, and whoever came.
  if (window.size() > 1 && sample.time - window[window.size() - 2].time < length / steps) {
    sample.visitors.all |= window.back().visitors.all;
    sample.visitors.failing |= window.back().visitors.failing;
    window.pop_back();
  }
  window.push_back(sample);
  while (window.size() > 2 && window[1].time <= sample.time - length) window.pop_front();
}

std::optional<std::string> FailingRules::verdict(const Window& window) const {
  if (window.back().time - window.front().time < std::chrono::seconds(limits_.window_s)) return {};
  const std::uint64_t evaluations = window.back().evaluations - window.front().evaluations;
  const std::uint64_t failures = window.back().failures - window.front().failures;
  if (evaluations < limits_.minimum || !reaches(failures, evaluations, limits_.percent)) return {};
  push::RuleWatch::Visitors visitors;
  for (std::size_t index = 1; index != window.size(); ++index) {
    visitors.all |= window[index].visitors.all;
    visitors.failing |= window[index].visitors.failing;
  }
  const auto failing = static_cast<std::uint32_t>(std::popcount(visitors.failing));
  const auto all = static_cast<std::uint32_t>(std::popcount(visitors.all));
  if (failing < limits_.visitors || !reaches(failing, all, limits_.percent)) return {};
  return fmt::format("{} of {} evaluations failed", failures, evaluations);
}

std::vector<FailingRules::Found> FailingRules::look(bool judge) {
  std::vector<Found> found;
  if (limits_.percent == 0) return found;
  for (std::size_t rule = 0; rule != rules_.size(); ++rule) {
    const auto failed = [rule](const auto& watch) { return watch->failures(rule) != 0; };
    if (std::none_of(watches_.begin(), watches_.end(), failed)) continue;
    const push::Switch what = switch_of(rule);
    if (std::any_of(entries_.begin(), entries_.end(), [&](const auto& one) { return one.what == what; })) continue;
    Window& window = windows_[rule];
    add(window, sample_of(rule));
    const std::optional<std::string> why = judge ? verdict(window) : std::nullopt;
    if (!why) continue;
    windows_.erase(rule);
    entries_.push_back({what, clock_.wall(), std::nullopt, "the server: " + *why});
    found.push_back({rules_[rule].rule, what.site, *why});
  }
  return found;
}

std::size_t FailingRules::on(const push::Switch& what) {
  return std::erase_if(entries_, [&](const OffSwitches::Entry& one) {
    if (what == push::Switch{}) return true;
    return one.what.rule == what.rule && (what.site.empty() || one.what.site == what.site) && !what.delivery;
  });
}

}  // namespace outrider::app
