// SPDX-License-Identifier: MIT
// The dates of HTTP's fields (RFC 9110 5.6.7). Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace outrider::push {

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the one format that is written; nothing for the two obsolete ones, which nobody has
/// written for decades, and for anything else. The day of the week is not compared.
std::optional<std::chrono::sys_seconds> http_date(std::string_view text);

}  // namespace outrider::push
