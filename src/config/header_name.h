// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace outrider::config {

/// True for a token (RFC 9110 5.6.2), which the name of a header field is.
bool is_header_name(std::string_view name);

}  // namespace outrider::config
