// SPDX-License-Identifier: MIT
// The PROXY protocol's header, versions 1 and 2 (HAProxy's proxy-protocol.txt), which a TCP balancer sends before the
// client's first byte. Pure: bytes in, what they say out.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/address.h"

namespace outrider::http {

struct ProxyHeader {
  enum class State { incomplete, invalid, complete } state = State::incomplete;
  std::size_t length = 0;         // bytes to take away, if complete
  std::optional<Address> source;  // the client; none for LOCAL and UNKNOWN (the balancer itself, a health check)
};

/// Reads the header at the start of `bytes`. Version 1 has at most 107 bytes, version 2 at most 16 + 65,535, of which
/// we take up to 4 KiB.
ProxyHeader parse_proxy_header(std::string_view bytes);

}  // namespace outrider::http
