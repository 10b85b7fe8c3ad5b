// SPDX-License-Identifier: MIT
#include "observe/generation_health.h"

#include <fmt/format.h>

namespace outrider::observe {

void GenerationHealth::add(SteadyTime now, const GenerationSums& sums) {
  if (samples_.empty()) samples_.push_back({begun_, {}});
  if (samples_.size() > 1 && now - samples_[samples_.size() - 2].time < std::chrono::seconds(1)) {
    samples_.back() = {now, sums};
  } else {
    samples_.push_back({now, sums});
  }
  while (samples_.size() > 2 && samples_[1].time <= now - limits_.window) samples_.pop_front();

  const GenerationSums& before = samples_.front().sums;
  const Share failures =
      judge(sums.failed_evaluations - before.failed_evaluations, sums.evaluations - before.evaluations,
            failures_stood_ ? 0 : limits_.failures_percent, "evaluations had a rule that failed");
  const Share assets =
      judge(sums.bad_assets - before.bad_assets, sums.assets - before.assets,
            assets_stood_ ? 0 : limits_.assets_percent, "hinted assets were answered with a redirect or an error");
  if (verdict_ || now - begun_ < limits_.window) return;
  failures_stood_ = failures_stood_ || failures == Share::good;
  assets_stood_ = assets_stood_ || assets == Share::good;
  proven_ = true;
}

GenerationHealth::Share GenerationHealth::judge(std::uint64_t bad, std::uint64_t all, std::uint32_t percent,
                                                const char* what) {
  if (percent == 0) return Share::good;
  if (all == 0 || all < limits_.minimum) return Share::too_few;
  if (bad * 100 < all * percent) return Share::good;
  if (!verdict_) {
    verdict_ = fmt::format("{} of {} {} ({} %; the limit is {} %)", bad, all, what, bad * 100 / all, percent);
  }
  return Share::bad;
}

}  // namespace outrider::observe
