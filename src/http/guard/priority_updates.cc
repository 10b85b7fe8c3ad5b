// SPDX-License-Identifier: MIT
#include "http/guard/priority_updates.h"

#include <algorithm>

namespace outrider::http {

void PriorityUpdates::remember(std::uint32_t stream_id, const push::Priority& priority) {
  for (Kept& kept : kept_) {
    if (kept.stream_id != stream_id) continue;
    kept.priority = priority;
    return;
  }
  kept_.push_back({stream_id, priority});
}

std::optional<push::Priority> PriorityUpdates::take(std::uint32_t stream_id) {
  const auto kept =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.stream_id == stream_id; });
  if (kept == kept_.end()) return std::nullopt;
  const push::Priority priority = kept->priority;
  kept_.erase(kept);
  return priority;
}

bool PriorityUpdates::knows(std::uint32_t stream_id) const {
  return std::any_of(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.stream_id == stream_id; });
}

std::size_t PriorityUpdates::count_above(std::uint32_t last) const {
  return static_cast<std::size_t>(
      std::count_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.stream_id > last; }));
}

void PriorityUpdates::forget_if(const std::function<bool(std::uint32_t stream_id)>& is_over) {
  kept_.erase(std::remove_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return is_over(one.stream_id); }),
              kept_.end());
}

}  // namespace outrider::http
