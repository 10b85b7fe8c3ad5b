// SPDX-License-Identifier: MIT
#include "observe/generation_health.h"

#include <fmt/format.h>

#include <bit>

namespace outrider::observe {
namespace {

/// Windows after which a generation that few ask for is taken for good.
constexpr int patience = 10;

/// What is all bad already cannot become worse.
std::uint32_t limit_of(std::uint32_t percent, std::uint32_t before) {
  return percent == 0 || before + percent > 100 ? 0 : before + percent;
}

bool reaches(std::uint64_t part, std::uint64_t all, std::uint32_t percent) {
  return part * 100 >= all * percent;
}

}  // namespace

void GenerationHealth::add(SteadyTime now, const GenerationSums& sums) {
  if (samples_.empty()) samples_.push_back({begun_, {}});
  if (samples_.size() > 1 && now - samples_[samples_.size() - 2].time < std::chrono::seconds(1)) {
    GenerationSums& last = samples_.back().sums;
    const push::Visitors evaluating = last.evaluating, asking = last.asking;
    samples_.back() = {now, sums};
    last.evaluating.add(evaluating);
    last.asking.add(asking);
  } else {
    samples_.push_back({now, sums});
  }
  while (samples_.size() > 2 && samples_[1].time <= now - limits_.window) samples_.pop_front();

  const GenerationSums& before = samples_.front().sums;
  push::Visitors evaluating, asking;
  for (std::size_t index = 1; index != samples_.size(); ++index) {
    evaluating.add(samples_[index].sums.evaluating);
    asking.add(samples_[index].sums.asking);
  }
  const Share failures =
      judge(sums.failed_evaluations - before.failed_evaluations, sums.evaluations - before.evaluations, evaluating,
            failures_stood_ ? 0 : limit_of(limits_.failures_percent, limits_.failures_before),
            "evaluations had a rule that failed");
  const Share assets = judge(sums.bad_assets - before.bad_assets, sums.assets - before.assets, asking,
                             assets_stood_ ? 0 : limit_of(limits_.assets_percent, limits_.assets_before),
                             "hinted assets were answered with a redirect or an error");
  if (verdict_ || now - begun_ < limits_.window) return;
  failures_stood_ = failures_stood_ || failures == Share::good;
  assets_stood_ = assets_stood_ || assets == Share::good;
  proven_ = (failures_stood_ && assets_stood_) || now - begun_ >= patience * limits_.window;
}

GenerationHealth::Share GenerationHealth::judge(std::uint64_t bad, std::uint64_t all, const push::Visitors& visitors,
                                                std::uint32_t limit, const char* what) {
  if (limit == 0) return Share::good;
  if (all == 0 || all < limits_.minimum) return Share::too_few;
  if (!reaches(bad, all, limit)) return Share::good;
  const auto failing = static_cast<std::uint32_t>(std::popcount(visitors.failing));
  const auto came = static_cast<std::uint32_t>(std::popcount(visitors.all));
  if (failing < limits_.visitors || !reaches(failing, came, limit)) return Share::too_few;
  if (!verdict_) {
    verdict_ = fmt::format("{} of {} {} ({} %; the limit is {} %)", bad, all, what, bad * 100 / all, limit);
  }
  return Share::bad;
}

}  // namespace outrider::observe
