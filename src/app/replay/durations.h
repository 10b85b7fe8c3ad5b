// SPDX-License-Identifier: MIT
// How long something takes, over millions of times, in a few hundred numbers. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace outrider::app {

class Durations {
 public:
  void add(std::chrono::nanoseconds duration);
  void merge(const Durations& other);

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds mean() const;
  /// The time that all but this share took no longer than, to an eighth more: quantile(0.99).
  std::chrono::nanoseconds quantile(double share) const;

 private:
  // Eight steps to each doubling, up to about a minute.
  static constexpr std::size_t steps = 8, doublings = 34;

  static std::size_t bucket_of(std::uint64_t nanoseconds);
  static std::uint64_t end_of(std::size_t bucket);

  std::uint64_t count_ = 0;
  std::chrono::nanoseconds sum_{0};
  std::array<std::uint32_t, steps * doublings> buckets_{};
};

}  // namespace outrider::app
