// SPDX-License-Identifier: MIT
// How a frontend that drains takes leave of its connections. Nobody is cut in the middle of a request: HTTP/2 clients
// hear GOAWAY twice (RFC 9113 6.8), HTTP/1 ones `Connection: close` with their next response, and who waits for nothing
// is let go. Ours and not the library's own graceful shutdown, which ends an HTTP/2 connection while a request's body
// still arrives, overlooks connections that come to HTTP/2 once it has begun, and keeps its context busy for a second
// even where there is nobody. On the worker's thread.
#pragma once

#include <cstdint>

#include "http/core.h"

namespace outrider::http {

/// Does what is due now. To be called when the draining begins, at `begun_ms` of the loop's clock, and again with each
/// tick: connections may come to HTTP at any time.
void take_leave(FrontendCore& core, std::uint64_t begun_ms);

}  // namespace outrider::http
