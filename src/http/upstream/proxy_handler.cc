// SPDX-License-Identifier: MIT
// The reverse proxy: one route's requests as HTTP/1.1 to its servers.
#include <fmt/format.h>

#include "base/text.h"
#include "http/upstream/handler_request.h"
#include "http/upstream/handlers.h"
#include "http/upstream/http1_response.h"
#include "http/upstream/request_head.h"
#include "http/upstream/request_target.h"
#include "http/upstream/response_relay.h"

namespace outrider::http {
namespace upstream {
namespace {

class ProxyHandler final : public RouteHandler {
 public:
  ProxyHandler(const config::Proxy& proxy, const config::Route& route, Pools& pools)
      : proxy_(proxy),
        prefix_(route.prefix),
        strip_prefix_(route.strip_prefix),
        backend_(pools.backend(Protocol::http, proxy.upstream)),
        tunnels_(backend_->timeouts(), proxy.websocket_idle_timeout_ms) {}

  void handle(Exchange& exchange) override {
    const h2o_req_t& req = *exchange.req;
    const bool websocket = wants_websocket(req);
    auto head = request_head(exchange, websocket);
    if (!head) {
      fail(exchange, 400, "the request cannot be sent on: " + head.error().message);
      return;
    }
    const std::string_view method = view(req.method);
    OutgoingRequest request;
    request.pieces.push_back(request.storage.emplace_back(std::move(*head)));
    if (req.entity.len != 0) request.pieces.push_back(view(req.entity));
    request.idempotent = is_idempotent(method);
    const Http1Expectation expectation{method == "HEAD", websocket, proxy_.upstream.max_head_bytes};
    request.parser = [expectation] { return std::make_unique<Http1Response>(expectation); };
    ResponseRelay::start(exchange, *backend_, std::move(request), websocket ? &tunnels_ : nullptr);
  }

 private:
  bool wants_websocket(const h2o_req_t& req) const {
    return proxy_.websocket && req.version == 0x101 && view(req.method) == "GET" && req.entity.len == 0 &&
           equals_ignoring_case(view(req.upgrade), "websocket");
  }

  Result<std::string> request_head(const Exchange& exchange, bool websocket) const {
    const h2o_req_t& req = *exchange.req;
    const auto target = request_target(view(req.path), exchange.path, {prefix_, strip_prefix_, proxy_.path_prefix});
    if (!target) return tl::unexpected(target.error());
    const auto fields = forwarded_fields(request_fields(req), request_facts(exchange));
    if (!fields) return tl::unexpected(fields.error());
    RequestLine line{view(req.method), *target,   exchange.authority,
                     body_size(req),   websocket, proxy_.upstream.keepalive_connections != 0};
    if (!line.content_length && announces_length(line.method)) line.content_length = 0;
    return build_request_head(line, *fields);
  }

  const config::Proxy proxy_;
  const std::string prefix_;
  const bool strip_prefix_;
  const std::shared_ptr<Backend> backend_;
  Tunnels tunnels_;  // before the backend goes
};

}  // namespace
}  // namespace upstream

std::unique_ptr<RouteHandler> make_proxy_handler(const config::Proxy& proxy, const config::Route& route,
                                                 upstream::Pools& pools) {
  return std::make_unique<upstream::ProxyHandler>(proxy, route, pools);
}

}  // namespace outrider::http
