// SPDX-License-Identifier: MIT
#include "observe/counters.h"

#include "base/check.h"

namespace outrider::observe {

std::size_t DeliveryCounters::index(push::How how, push::Reason reason) {
  const auto row = static_cast<std::size_t>(how);
  const auto column = static_cast<std::size_t>(reason);
  CHECK(row < hows && column < reasons);
  return row * reasons + column;
}

void DeliveryCounters::add(push::How how, push::Reason reason) {
  // One writer: a load and a store are enough, and cost less than a locked increment.
  auto& count = counts_[index(how, reason)];
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::uint64_t DeliveryCounters::count(push::How how, push::Reason reason) const {
  return counts_[index(how, reason)].load(std::memory_order_relaxed);
}

void add_to(DeliverySums& sums, const DeliveryCounters& counters) {
  for (const push::How how : {push::How::none, push::How::link, push::How::early_hints, push::How::push}) {
    for (const push::ReasonText& text : push::reasons()) {
      const std::uint64_t count = counters.count(how, text.reason);
      if (count > 0) sums[push::name_of(how)][text.name] += count;
    }
  }
}

}  // namespace outrider::observe
