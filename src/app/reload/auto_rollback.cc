// SPDX-License-Identifier: MIT
#include "app/reload/auto_rollback.h"

#include <utility>

namespace outrider::app {

void AutoRollback::begin(const config::Rollback& limits) {
  observe::HealthLimits wanted;
  wanted.failures_percent = limits.failures_percent;
  wanted.assets_percent = limits.assets_percent;
  wanted.window = std::chrono::seconds(limits.window_s);
  wanted.minimum = limits.minimum;
  health_.emplace(wanted, clock_.steady());
  proven_ = false;
}

void AutoRollback::trust() {
  health_.reset();
}

AutoRollback::Event AutoRollback::look(const Generation& live) {
  Event event;
  if (!health_) return event;
  observe::GenerationSums sums;
  for (const auto& watch : live.watches) {
    sums.evaluations += watch->evaluations();
    sums.failed_evaluations += watch->failed_evaluations();
    sums.assets += watch->assets();
    sums.bad_assets += watch->bad_assets();
  }
  health_->add(clock_.steady(), sums);
  if (health_->verdict()) {
    event.bad = *health_->verdict();
    health_.reset();
    return event;
  }
  event.proven = health_->proven() && !std::exchange(proven_, proven_ || health_->proven());
  return event;
}

}  // namespace outrider::app
