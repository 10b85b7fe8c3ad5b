// SPDX-License-Identifier: MIT
#include "app/process/backoff.h"

#include <algorithm>
#include <utility>

namespace outrider::app {

void Backoff::serving() {
  serving_ = true;
  since_ = clock_.steady();
}

std::chrono::milliseconds Backoff::died() {
  if (std::exchange(serving_, false) && clock_.steady() - since_ >= good_life) next_ = {};
  const auto wait = next_;
  next_ = std::clamp(next_ * 2, first, longest);
  return wait;
}

}  // namespace outrider::app
