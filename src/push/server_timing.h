// SPDX-License-Identifier: MIT
// What was delivered, how, and by which rule, where a browser's developer tools show it: the Server-Timing field (W3C
// Server Timing). URLs and names come from rules and applications; whatever is in them, the field stays well formed and
// bounded.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "push/record.h"

namespace outrider::push {

inline constexpr std::size_t most_timing_entries = 32;
inline constexpr std::size_t most_timing_bytes = 4'096;

/// One metric for each delivery, `outrider;desc="push /a.css (home)"`, with the reason where the entry did not go by
/// the best way: `outrider;desc="link /b.js (home, in_cookie)"`. What exceeds the bounds is one more,
/// `outrider;desc="and 12 more"`. URLs and rules' names are cut at 100 characters. Empty where there is no delivery.
std::string server_timing(std::span<const DeliveryRecord> deliveries);

}  // namespace outrider::push
