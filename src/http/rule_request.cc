// SPDX-License-Identifier: MIT
#include "http/rule_request.h"

#include <algorithm>
#include <new>

#include "http/http2.h"
#include "http/known_assets.h"

namespace outrider::http {
namespace {

/// How the library's private struct begins. It gives no way from a socket to its SSL.
struct LibraryTls {
  SSL_CTX* context;
  SSL* connection;
};

/// `context` is the one that the listener handed to the library: where it is not found first in the library's struct,
/// the struct is not what we think and is left alone.
std::string_view server_name_of(h2o_socket_t* socket, const tls::ServerContext* context) {
  const auto& library = *reinterpret_cast<const LibraryTls*>(socket->ssl);
  return context != nullptr && library.context == context->get() ? tls::server_name(library.connection)
                                                                 : std::string_view();
}

push::TlsFacts tls_facts(h2o_socket_t* socket, const tls::ServerContext* context) {
  push::TlsFacts tls;
  const char* version = h2o_socket_get_ssl_protocol_version(socket);
  if (version == nullptr) return tls;
  tls.used = true;
  tls.version = version;
  if (const char* cipher = h2o_socket_get_ssl_cipher(socket)) tls.cipher = cipher;
  tls.server_name = server_name_of(socket, context);
  tls.session_reused = h2o_socket_get_ssl_session_reused(socket) == 1;
  return tls;
}

/// The rules that the request began with, or would begin with now.
const push::WorkerRules* rules_of(const ExchangeState& exchange) {
  const bool began = exchange.delivery != nullptr && exchange.delivery->rules != nullptr;
  return began ? exchange.delivery->rules.get() : exchange.frontend->rules.get();
}

}  // namespace

std::string_view protocol_of(const h2o_req_t& req) {
  if (req.version >= 0x200) return "HTTP/2";
  return req.version == 0x101 ? "HTTP/1.1" : "HTTP/1.0";
}

push::Fields fields_of(const h2o_headers_t& headers, h2o_mem_pool_t* pool) {
  auto* fields = static_cast<push::Field*>(h2o_mem_alloc_pool(pool, sizeof(push::Field) * headers.size));
  for (std::size_t i = 0; i != headers.size; ++i) {
    new (&fields[i]) push::Field{view(*headers.entries[i].name), view(headers.entries[i].value)};
  }
  return {fields, headers.size};
}

void describe_request(ExchangeState& exchange, push::Request& request, const KnownAssets& assets) {
  const h2o_req_t& req = *exchange.req;
  Connection& connection = exchange.connection;
  if (exchange.fields.empty()) exchange.fields = fields_of(req.headers, &exchange.req->pool);
  request.id = exchange.id;
  request.method = view(req.method);
  request.scheme = exchange.scheme;
  request.host = exchange.host;
  request.authority = exchange.authority;
  request.path = exchange.path;
  if (req.query_at != SIZE_MAX) request.query = view(req.path).substr(req.query_at + 1);
  request.protocol = protocol_of(req);
  request.fields = exchange.fields;
  request.client.address = exchange.client_address;
  request.client.peer = exchange.peer_address;
  const auto& behind = connection.listen().behind;
  request.client.behind_proxy = behind.has_value();
  request.client.passes_early_hints = exchange.trusted_peer && behind && behind->passes_103 && req.version >= 0x101;
  if (exchange.site != nullptr) request.early_hints = exchange.site->early_hints;
  if (exchange.trusted_peer && !behind->country_header.empty()) {
    request.client.country = push::first_value(request.fields, behind->country_header);
  }
  const bool direct = !request.client.behind_proxy;
  request.client.accepts_push = direct && accepts_push(req);
  request.client.new_connection = direct && exchange.first_on_connection;
  if (!connection.tls) connection.tls = tls_facts(connection.socket, connection.server_tls.get());
  request.tls = *connection.tls;
  request.assets = &assets;
  request.link_source = &assets;
  if (const push::WorkerRules* rules = rules_of(exchange)) {
    request.bucket_key = rules->bucket_key;
    request.clients = rules->clients.get();
  }
  request.now = std::chrono::system_clock::time_point(std::chrono::seconds(req.processed_at.at.tv_sec) +
                                                      std::chrono::microseconds(req.processed_at.at.tv_usec));
}

push::Situation situation_of(const ExchangeState& exchange) {
  const h2o_req_t& req = *exchange.req;
  push::Situation situation;
  if (exchange.site != nullptr) situation.push = exchange.site->push;
  situation.pushed_request = exchange.pushed;
  if (req.version >= 0x200) add_connection(http2_connection(req), *exchange.frontend->config, situation);
  return situation;
}

void add_connection(const h2o_http2_conn_t& conn, const config::Config& config, push::Situation& situation) {
  const std::uint32_t open = conn.num_streams.push.open;
  const std::uint32_t theirs = conn.peer_settings.max_concurrent_streams;
  const std::uint32_t ours = config.limits.pushes_per_connection;
  situation.client_push_room = theirs > open ? theirs - open : 0;
  situation.own_push_room = ours > open ? ours - open : 0;
  // After the client's GOAWAY the library sets the highest push id to the end of its range.
  situation.connection_closing = conn.state != H2O_HTTP2_CONN_STATE_OPEN || conn.push_stream_ids.max_open >= 0x7ffffff0;
}

}  // namespace outrider::http
