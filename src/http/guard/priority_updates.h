// SPDX-License-Identifier: MIT
// What PRIORITY_UPDATE frames (RFC 9218 7.1) said of streams whose request has not begun. One per connection. Pure: who
// reads the frames knows which streams there are, and bounds this.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "push/priority.h"

namespace outrider::http {

/// The last update for each stream whose request has not begun.
class PriorityUpdates {
 public:
  /// Keeps `priority`, in the place of an earlier one for the stream.
  void remember(std::uint32_t stream_id, const push::Priority& priority);
  /// Hands out what was kept for a stream whose request begins, and forgets it.
  std::optional<push::Priority> take(std::uint32_t stream_id);

  bool knows(std::uint32_t stream_id) const;
  /// How many are kept for streams above `last`, the last one that the client opened.
  std::size_t count_above(std::uint32_t last) const;
  /// Forgets streams that ended before their request began.
  void forget_if(const std::function<bool(std::uint32_t stream_id)>& is_over);
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    std::uint32_t stream_id;
    push::Priority priority;
  };
  std::vector<Kept> kept_;
};

}  // namespace outrider::http
