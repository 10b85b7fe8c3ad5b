// SPDX-License-Identifier: MIT
// Who is at the other end of an admin connection. On the admin thread.
#pragma once

#include <string>
#include <string_view>

namespace outrider::http {

/// "root (pid 4711)" for the peer of a unix socket, as the kernel noted it when it connected; "127.0.0.1" over TCP.
std::string describe_peer(int fd);

/// True if `authorization` is "Bearer TOKEN" (RFC 6750 2.1; the scheme in any case). Takes the same time whichever byte
/// differs. An empty token matches nothing.
bool carries_token(std::string_view authorization, std::string_view token);

}  // namespace outrider::http
