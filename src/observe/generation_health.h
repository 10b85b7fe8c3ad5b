// SPDX-License-Identifier: MIT
// Whether a generation turns out bad: the share of evaluations in which a rule failed, and of hinted assets that were
// answered with a redirect or an error, in a sliding window over all workers; and the same share of visitors, of whom
// there must be several, so that none of them alone can have it left. Fed about once a second; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/clock.h"
#include "push/visitor.h"

namespace outrider::observe {

/// What all workers have counted since the generation went live, and who has come since they were asked last.
struct GenerationSums {
  std::uint64_t evaluations = 0, failed_evaluations = 0, assets = 0, bad_assets = 0;
  push::Visitors evaluating, asking;
};

/// `percent` is added to what the generation before had: an asset that was missing then too is no fault of the new one.
struct HealthLimits {
  std::uint32_t failures_percent = 10;  // 0 = not looked at
  std::uint32_t assets_percent = 10;    // 0 = not looked at
  std::chrono::seconds window{60};
  std::uint64_t minimum = 100;        // events in the window before anything is concluded
  std::uint32_t failures_before = 0;  // percent, of the generation before
  std::uint32_t assets_before = 0;
  std::uint32_t visitors = 8;  // for so many it must be bad
};

class GenerationHealth {
 public:
  GenerationHealth(HealthLimits limits, SteadyTime begun) : limits_(limits), begun_(begun) {}

  /// Takes the sums of now.
  void add(SteadyTime now, const GenerationSums& sums);

  /// Why the generation is bad, for a person: "23 of 150 evaluations failed (15 %; the limit is 10 %)". A share that
  /// has once stood a whole window with enough events is not judged again: what goes wrong later has another cause than
  /// the reload, and going back would not mend it.
  const std::optional<std::string>& verdict() const { return verdict_; }
  /// Every share that is looked at stood a window with enough events; or ten windows have passed without enough.
  bool proven() const { return proven_; }

 private:
  struct Sample {
    SteadyTime time;
    GenerationSums sums;
  };
  enum class Share { too_few, good, bad };

  Share judge(std::uint64_t bad, std::uint64_t all, const push::Visitors& visitors, std::uint32_t limit,
              const char* what);

  const HealthLimits limits_;
  const SteadyTime begun_;
  std::deque<Sample> samples_;  // one a second at most, the oldest one just outside of the window
  bool failures_stood_ = false, assets_stood_ = false;
  bool proven_ = false;
  std::optional<std::string> verdict_;
};

}  // namespace outrider::observe
