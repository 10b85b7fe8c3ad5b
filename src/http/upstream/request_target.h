// SPDX-License-Identifier: MIT
// The path and query under which an upstream is asked. The client's own spelling is kept wherever that is safe, because
// applications tell "%2F" from "/".
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace outrider::http::upstream {

struct TargetRule {
  std::string_view route_prefix;   // "/app/"
  bool strip_prefix = false;       // leave it out
  std::string_view server_prefix;  // put before the path: "/v2", or nothing
};

/// `raw` is the request's path and query as the client sent them, `decoded` its path decoded and without dot segments.
/// An Error says why it cannot be sent on: control characters, spaces, or no path at all.
Result<std::string> request_target(std::string_view raw, std::string_view decoded, const TargetRule& rule);

/// Refuses what could end the request line (RFC 9112 3.2).
Result<void> check_raw_target(std::string_view raw);

}  // namespace outrider::http::upstream
