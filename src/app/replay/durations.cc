// SPDX-License-Identifier: MIT
#include "app/replay/durations.h"

#include <algorithm>
#include <bit>

namespace outrider::app {

/// Numbers below 8 have a bucket each; above, the three bits behind the first one choose among eight.
std::size_t Durations::bucket_of(std::uint64_t nanoseconds) {
  if (nanoseconds < steps) return nanoseconds;
  const auto doubling = static_cast<std::size_t>(std::bit_width(nanoseconds)) - 4;
  const std::size_t step = (nanoseconds >> doubling) - steps;
  return std::min(steps * (doubling + 1) + step, steps * doublings - 1);
}

std::uint64_t Durations::end_of(std::size_t bucket) {
  if (bucket < steps) return bucket;
  const std::size_t doubling = bucket / steps - 1;
  return ((bucket % steps + steps + 1) << doubling) - 1;
}

void Durations::add(std::chrono::nanoseconds duration) {
  ++count_;
  sum_ += duration;
  ++buckets_[bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)))];
}

void Durations::merge(const Durations& other) {
  count_ += other.count_;
  sum_ += other.sum_;
  for (std::size_t i = 0; i != buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
}

std::chrono::nanoseconds Durations::mean() const {
  return count_ == 0 ? std::chrono::nanoseconds(0) : sum_ / static_cast<std::int64_t>(count_);
}

std::chrono::nanoseconds Durations::quantile(double share) const {
  std::uint64_t before = 0;
  for (std::size_t i = 0; i != buckets_.size(); ++i) {
    before += buckets_[i];
    if (before > 0 && static_cast<double>(before) >= share * static_cast<double>(count_)) {
      return std::chrono::nanoseconds(end_of(i));
    }
  }
  return std::chrono::nanoseconds(0);
}

}  // namespace outrider::app
