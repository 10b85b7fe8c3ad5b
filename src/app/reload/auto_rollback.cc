// SPDX-License-Identifier: MIT
#include "app/reload/auto_rollback.h"

#include <utility>

namespace outrider::app {
namespace {

observe::GenerationSums sums_of(const Generation& generation) {
  observe::GenerationSums sums;
  for (const auto& watch : generation.watches) {
    sums.evaluations += watch->evaluations();
    sums.failed_evaluations += watch->failed_evaluations();
    sums.assets += watch->assets();
    sums.bad_assets += watch->bad_assets();
  }
  return sums;
}

/// The same with who has come since the last time.
observe::GenerationSums take_sums(const Generation& generation) {
  observe::GenerationSums sums = sums_of(generation);
  for (const auto& watch : generation.watches) {
    sums.evaluating.add(watch->take_evaluating_visitors());
    sums.asking.add(watch->take_asking_visitors());
  }
  return sums;
}

/// 0 where there were too few to say.
std::uint32_t percent_of(std::uint64_t bad, std::uint64_t all, std::uint64_t minimum) {
  return all == 0 || all < minimum ? 0 : static_cast<std::uint32_t>(bad * 100 / all);
}

}  // namespace

void AutoRollback::begin(const config::Rollback& limits, const Generation* before) {
  observe::HealthLimits wanted;
  wanted.failures_percent = limits.failures_percent;
  wanted.assets_percent = limits.assets_percent;
  wanted.window = std::chrono::seconds(limits.window_s);
  wanted.minimum = limits.minimum;
  wanted.visitors = limits.visitors;
  if (before != nullptr) {
    const observe::GenerationSums sums = sums_of(*before);
    wanted.failures_before = percent_of(sums.failed_evaluations, sums.evaluations, limits.minimum);
    wanted.assets_before = percent_of(sums.bad_assets, sums.assets, limits.minimum);
  }
  health_.emplace(wanted, clock_.steady());
  proven_ = false;
}

void AutoRollback::trust() {
  health_.reset();
}

AutoRollback::Event AutoRollback::look(const Generation& live) {
  Event event;
  if (!health_) return event;
  health_->add(clock_.steady(), take_sums(live));
  if (health_->verdict()) {
    event.bad = *health_->verdict();
    health_.reset();
    return event;
  }
  event.proven = health_->proven() && !std::exchange(proven_, true);
  return event;
}

}  // namespace outrider::app
