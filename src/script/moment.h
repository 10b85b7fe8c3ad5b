// SPDX-License-Identifier: MIT
// Dates as rule files write them, in `from` and `until`. Pure; any thread.
#pragma once

#include <chrono>
#include <string_view>

#include "base/result.h"

namespace outrider::script {

/// "2026-11-27", "2026-11-27 08:00" or "2026-11-27 08:00:30", with or without a trailing "Z"; always UTC. A day alone
/// means its first second. Errors name the forms, or the part that no calendar has.
Result<std::chrono::system_clock::time_point> parse_moment(std::string_view text);

}  // namespace outrider::script
