// SPDX-License-Identifier: MIT
// The two route handlers over the upstream base: reverse proxy and FastCGI.
#pragma once

#include <memory>

#include "http/exchange.h"
#include "http/upstream/pools.h"

namespace outrider::http {

/// `pools` outlive the handler.
std::unique_ptr<RouteHandler> make_proxy_handler(const config::Proxy& proxy, const config::Route& route,
                                                 upstream::Pools& pools);

/// `files` serves what is a static file below the root.
std::unique_ptr<RouteHandler> make_fastcgi_handler(const config::FastCgi& fastcgi, const config::Route& route,
                                                   upstream::Pools& pools, std::unique_ptr<RouteHandler> files);

}  // namespace outrider::http
