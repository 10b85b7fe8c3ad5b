// SPDX-License-Identifier: MIT
// The head of an HTTP/1.1 request to an upstream (RFC 9112 3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/upstream/forwarded.h"

namespace outrider::http::upstream {

struct RequestLine {
  std::string_view method, target, host;
  /// Of the body that follows; nothing where the request has none and needs not say so.
  std::optional<std::size_t> content_length;
  bool websocket = false;  // ask for the upgrade
  bool keep_alive = true;
};

/// An Error says what cannot be sent on.
Result<std::string> build_request_head(const RequestLine& line, const ForwardedFields& fields);

/// GET, HEAD, OPTIONS, TRACE, PUT and DELETE may be sent twice (RFC 9110 9.2.2).
bool is_idempotent(std::string_view method);
/// A request of this method says its length even where it has no body (RFC 9110 8.6).
bool announces_length(std::string_view method);

}  // namespace outrider::http::upstream
