// SPDX-License-Identifier: MIT
#include "observe/generation_health.h"

#include <fmt/format.h>

namespace outrider::observe {
namespace {

/// Windows after which a generation that few ask for is taken for good.
constexpr int patience = 10;

/// What is all bad already cannot become worse.
std::uint32_t limit_of(std::uint32_t percent, std::uint32_t before) {
  return percent == 0 || before + percent > 100 ? 0 : before + percent;
}

}  // namespace

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
            failures_stood_ ? 0 : limit_of(limits_.failures_percent, limits_.failures_before),
            "evaluations had a rule that failed");
  const Share assets = judge(sums.bad_assets - before.bad_assets, sums.assets - before.assets,
                             assets_stood_ ? 0 : limit_of(limits_.assets_percent, limits_.assets_before),
                             "hinted assets were answered with a redirect or an error");
  if (verdict_ || now - begun_ < limits_.window) return;
  failures_stood_ = failures_stood_ || failures == Share::good;
  assets_stood_ = assets_stood_ || assets == Share::good;
  proven_ = (failures_stood_ && assets_stood_) || now - begun_ >= patience * limits_.window;
}

GenerationHealth::Share GenerationHealth::judge(std::uint64_t bad, std::uint64_t all, std::uint32_t limit,
                                                const char* what) {
  if (limit == 0) return Share::good;
  if (all == 0 || all < limits_.minimum) return Share::too_few;
  if (bad * 100 < all * limit) return Share::good;
  if (!verdict_) {
    verdict_ = fmt::format("{} of {} {} ({} %; the limit is {} %)", bad, all, what, bad * 100 / all, limit);
  }
  return Share::bad;
}

}  // namespace outrider::observe
