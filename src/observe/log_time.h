// SPDX-License-Identifier: MIT
// Moments as access logs write them. Not by strptime, whose names of months follow the locale.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace outrider::observe {

/// RFC 3339 in UTC, as our JSON lines have it: "2026-11-22T16:34:05.678Z".
std::optional<std::chrono::system_clock::time_point> read_rfc3339(std::string_view text);

/// Apache's: "22/Nov/2026:16:34:05 +0100".
std::optional<std::chrono::system_clock::time_point> read_apache_time(std::string_view text);

}  // namespace outrider::observe
