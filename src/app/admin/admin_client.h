// SPDX-License-Identifier: MIT
// How commands such as `outrider reload` talk to a running server: one request to its admin plane, blocking. Of HTTP it
// speaks what that needs and no more (HTTP/1.0, a connection for each request).
#pragma once

#include <chrono>
#include <string>

#include "base/address.h"
#include "base/result.h"

namespace outrider::app {

struct AdminAnswer {
  int status = 0;
  std::string body;
};

/// Sends `method` `target` to the server that listens `where`, with `json_body` unless it is empty, and over TCP with
/// `token` (RFC 6750 2.1). Waits for at most `timeout` in all. Any status is an answer.
/// Errors name the address and say why there is no answer: nobody listens, no permission (whose the socket is, who
/// asks, what to do), none in time, cut off, of more than 16 MiB, or not HTTP.
Result<AdminAnswer> ask_admin(const Address& where, const std::string& token, const std::string& method,
                              const std::string& target, const std::string& json_body,
                              std::chrono::milliseconds timeout);

}  // namespace outrider::app
