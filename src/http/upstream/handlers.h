// SPDX-License-Identifier: MIT
// The two route handlers over the upstream base: reverse proxy and FastCGI.
#pragma once

#include <memory>

#include "http/exchange.h"

namespace outrider::http {

/// `context` (this worker's) lends its loop, its name resolver and outlives the handler.
std::unique_ptr<RouteHandler> make_proxy_handler(const config::Proxy& proxy, const config::Route& route,
                                                 h2o_context_t& context, LiveCounters& counters);

/// `files` serves what is a static file below the root.
std::unique_ptr<RouteHandler> make_fastcgi_handler(const config::FastCgi& fastcgi, const config::Route& route,
                                                   h2o_context_t& context, LiveCounters& counters,
                                                   std::unique_ptr<RouteHandler> files);

}  // namespace outrider::http
