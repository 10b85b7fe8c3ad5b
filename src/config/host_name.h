// SPDX-License-Identifier: MIT
// The names of sites: hosts as they come in requests, without a port, and the two forms with a wildcard.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace outrider::config {

/// "www.example.com", "*.example.com", "*", "192.0.2.1", "[2001:db8::1]", in lower case. Errors say what is wrong: a
/// URL, a port, letters beyond ASCII, a wildcard anywhere else, labels that are empty or too long (RFC 1035 2.3.4).
Result<std::string> parse_host_name(std::string_view text);

}  // namespace outrider::config
