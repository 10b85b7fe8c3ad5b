// SPDX-License-Identifier: MIT
// FastCGI (PHP-FPM): scripts below a root run at an application server, what else is there is served as files.
#include "base/address.h"
#include "base/log.h"
#include "http/site_map.h"
#include "http/upstream/fastcgi_params.h"
#include "http/upstream/fastcgi_response.h"
#include "http/upstream/handler_request.h"
#include "http/upstream/handlers.h"
#include "http/upstream/request_head.h"
#include "http/upstream/request_target.h"
#include "http/upstream/response_relay.h"

namespace outrider::http {
namespace upstream {
namespace {

const char* protocol_of(const h2o_req_t& req) {
  return req.version >= 0x200 ? "HTTP/2.0" : req.version >= 0x101 ? "HTTP/1.1" : "HTTP/1.0";
}

/// The port of the connection's other end, where that is the client.
std::uint16_t client_port(const Exchange& exchange) {
  if (exchange.client_address != exchange.peer_address) return 0;
  sockaddr_storage storage{};
  h2o_conn_t* conn = exchange.req->conn;
  const socklen_t length = conn->callbacks->get_peername(conn, reinterpret_cast<sockaddr*>(&storage));
  return length == 0 ? 0 : Address::from(reinterpret_cast<const sockaddr*>(&storage), length).port();
}

class FastCgiHandler final : public RouteHandler {
 public:
  FastCgiHandler(const config::FastCgi& fastcgi, const config::Route& route, Pools& pools,
                 std::unique_ptr<RouteHandler> files)
      : fastcgi_(fastcgi),
        prefix_(route.prefix),
        backend_(pools.backend(Protocol::fastcgi, fastcgi.upstream)),
        files_(std::move(files)) {}

  void handle(Exchange& exchange) override {
    const h2o_req_t& req = *exchange.req;
    const ScriptPath script = resolve_script(fastcgi_.root, prefix_, exchange.path, fastcgi_.index);
    if (script.kind == ScriptPath::Kind::file) {
      files_->handle(exchange);
      return;
    }
    // A folder's path may be allowed and the script that stands for it denied.
    if (script.kind == ScriptPath::Kind::script && is_denied(*exchange.route, script.name)) {
      fail(exchange, 403, {});
      return;
    }
    if (script.kind == ScriptPath::Kind::not_found) {
      fail(exchange, 404, script.problem);
      return;
    }
    if (auto checked = check_raw_target(view(req.path)); !checked) {
      fail(exchange, 400, "the request cannot be sent on: " + checked.error().message);
      return;
    }
    auto fields = forwarded_fields(request_fields(req), request_facts(exchange));
    if (!fields) {
      fail(exchange, 400, "the request cannot be sent on: " + fields.error().message);
      return;
    }
    run(exchange, script, *fields);
  }

  bool answers_at_once(const Exchange& exchange) const override {
    return resolve_script(fastcgi_.root, prefix_, exchange.path, fastcgi_.index).kind != ScriptPath::Kind::script;
  }

 private:
  void run(Exchange& exchange, const ScriptPath& script, const ForwardedFields& fields) {
    const h2o_req_t& req = *exchange.req;
    const std::string_view method = view(req.method);
    CgiRequest cgi{method,          view(req.path),   exchange.host,           exchange.authority,
                   exchange.scheme, protocol_of(req), exchange.client_address, client_port(exchange),
                   body_size(req)};
    if (!cgi.content_length && announces_length(method)) cgi.content_length = 0;
    // An application server has as many processes as connections: one that is kept is one that nobody else can use.
    const bool keep = fastcgi_.upstream.keepalive_connections != 0;
    FastCgiRequest encoded =
        encode_fastcgi_request(fastcgi_params(cgi, fields, script, fastcgi_.root), view(req.entity), keep);
    OutgoingRequest request;
    request.storage = std::move(encoded.storage);
    request.pieces = std::move(encoded.pieces);
    request.idempotent = is_idempotent(method);
    request.parser = [head = method == "HEAD", keep, most = fastcgi_.upstream.max_head_bytes] {
      return std::make_unique<FastCgiResponse>(head, keep, most);
    };
    ResponseRelay::start(exchange, *backend_, std::move(request), nullptr);
  }

  const config::FastCgi fastcgi_;
  const std::string prefix_;
  const std::shared_ptr<Backend> backend_;
  const std::unique_ptr<RouteHandler> files_;
};

}  // namespace
}  // namespace upstream

std::unique_ptr<RouteHandler> make_fastcgi_handler(const config::FastCgi& fastcgi, const config::Route& route,
                                                   upstream::Pools& pools, std::unique_ptr<RouteHandler> files) {
  return std::make_unique<upstream::FastCgiHandler>(fastcgi, route, pools, std::move(files));
}

}  // namespace outrider::http
