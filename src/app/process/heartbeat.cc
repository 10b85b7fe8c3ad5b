// SPDX-License-Identifier: MIT
#include "app/process/heartbeat.h"

#include <algorithm>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace outrider::app {

std::chrono::milliseconds heartbeat_timeout() {
  const char* text = std::getenv("OUTRIDER_HEARTBEAT_MS");
  if (text == nullptr) return heartbeat_patience;
  const std::string_view view = text;
  int milliseconds = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), milliseconds);
  const bool usable = error == std::errc() && end == view.data() + view.size() && milliseconds >= 500;
  return usable ? std::chrono::milliseconds(milliseconds) : heartbeat_patience;
}

std::chrono::milliseconds heartbeat_interval() {
  return std::min(std::chrono::milliseconds(1000), heartbeat_timeout() / 10);
}

}  // namespace outrider::app
