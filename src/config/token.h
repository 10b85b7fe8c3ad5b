// SPDX-License-Identifier: MIT
// Tokens (RFC 9110 5.6.2), which the names of header fields and cookies are. Pure; any thread.
#pragma once

#include <string_view>

namespace outrider::config {

bool is_token(std::string_view text);

}  // namespace outrider::config
