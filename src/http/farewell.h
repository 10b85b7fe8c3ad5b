// SPDX-License-Identifier: MIT
// How a frontend that drains takes leave of its connections. Nobody is cut in the middle of a request: HTTP/2 clients
// hear GOAWAY twice (RFC 9113 6.8), HTTP/1 ones `Connection: close` with their next response, and who waits for nothing
// is let go: at once where the server stops, else after a while, because a request of an HTTP/1 client that believes in
// its kept connection may be on its way, and is lost if we close (RFC 9112 9.5). Ours and not the library's own
// graceful shutdown, which ends an HTTP/2 connection while a request's body still arrives, overlooks connections that
// come to HTTP/2 once it has begun, and keeps its context busy for a second even where there is nobody. On the worker's
// thread.
#pragma once

#include <cstdint>

#include "http/core.h"
#include "http/frontend.h"

namespace outrider::http {

/// How a frontend drains, since `begun_ms` of the loop's clock.
struct Farewell {
  Leave leave = Leave::soon;
  std::uint64_t begun_ms = 0;
};

/// Does what is due now. To be called when the draining begins and again with each tick: connections may come to HTTP
/// at any time.
void take_leave(FrontendCore& core, const Farewell& farewell);

/// Cuts every connection, and ends what HTTP/1 requests still wait for: the library does not look at a connection while
/// it owes it a response. To be called again with each tick until nobody is left: who is just being sent something
/// comes to wait later.
void cut_all(FrontendCore& core);

}  // namespace outrider::http
