// SPDX-License-Identifier: MIT
// Private to src/tls: the server's choice of protocol (RFC 7301 3.2).
#pragma once

#include <cstdint>
#include <string_view>

namespace outrider::tls {

/// What is chosen from a client's list (length-prefixed names, as on the wire): "h2" before "http/1.1", whatever the
/// client's order; empty if it has neither or is malformed. The view points into `offered`.
std::string_view choose_protocol(std::string_view offered);

}  // namespace outrider::tls
