// SPDX-License-Identifier: MIT
// How hints were delivered, and why: one table of numbers per worker, written by that worker alone and summed on read
// by any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>

#include "push/record.h"

namespace outrider::observe {

class DeliveryCounters {
 public:
  /// Counts one delivery. The owning worker's thread.
  void add(push::How how, push::Reason reason);
  std::uint64_t count(push::How how, push::Reason reason) const;

 private:
  static constexpr std::size_t hows = 4;
  static constexpr std::size_t reasons = 64;  // more than push::reasons() has

  static std::size_t index(push::How how, push::Reason reason);
  std::array<std::atomic<std::uint64_t>, hows * reasons> counts_{};
};

/// Names of deliveries and reasons to numbers that are not 0: {"push": {"sent": 12}, …}.
using DeliverySums = std::map<std::string_view, std::map<std::string_view, std::uint64_t>>;

/// Adds what `counters` holds to `sums`. Any thread.
void add_to(DeliverySums& sums, const DeliveryCounters& counters);

}  // namespace outrider::observe
