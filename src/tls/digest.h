// SPDX-License-Identifier: MIT
// Private to src/tls: SHA-256 as lower-case hex, to tell whether files changed.
#pragma once

#include <string>
#include <string_view>

namespace outrider::tls {

std::string sha256_hex(std::string_view bytes);

}  // namespace outrider::tls
