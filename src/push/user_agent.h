// SPDX-License-Identifier: MIT
// Which browser family asks, as far as that decides what it can use: from client hints, then the user agent.
#pragma once

#include <cstdint>
#include <string_view>

namespace outrider::push {

enum class Family : std::uint8_t { other, chromium, firefox, safari };

struct Browser {
  Family family = Family::other;
  int version = 0;  // major; 0 = unknown
  bool mobile = false;
  bool bot = false;
};

std::string_view name_of(Family family);
/// `user_agent`, `sec_ch_ua` and `sec_ch_ua_mobile` are field values; empty where absent. Every browser on iOS counts
/// as safari, because it is one.
Browser parse_browser(std::string_view user_agent, std::string_view sec_ch_ua, std::string_view sec_ch_ua_mobile);

}  // namespace outrider::push
