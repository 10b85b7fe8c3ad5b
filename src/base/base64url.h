// SPDX-License-Identifier: MIT
// base64url without padding (RFC 4648 5): bytes in a cookie's value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace outrider {

std::string base64url(std::string_view bytes);
/// Nothing where the text has another character, an impossible length or bits that no encoder leaves: each sequence of
/// bytes has one text.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace outrider
