// SPDX-License-Identifier: MIT
#include "http/early_hints.h"

#include "http/http2.h"

namespace outrider::http {
namespace {

using InterimFields = std::vector<std::pair<std::string_view, std::string_view>>;

/// The links, and the policy that the page will have where it is configured: a browser that only learnt it from the
/// page would have loaded early what it forbids (HTML, "early hints").
InterimFields interim_fields(const ExchangeState& exchange, const std::vector<std::string>& links) {
  InterimFields fields;
  if (exchange.route != nullptr) {
    for (const config::HeaderChange& change : exchange.route->headers) {
      const bool says = change.type != config::HeaderChange::Type::remove;
      if (says && change.name == "content-security-policy") fields.emplace_back(change.name, change.value);
    }
  }
  for (const std::string& link : links) fields.emplace_back("link", link);
  return fields;
}

/// Made of the library's own parts: a response on the stack, its header compressor and its write buffer. The stream
/// goes on to its final response as if nothing had happened, also where a GOAWAY has gone out: what was asked before it
/// is answered (RFC 9113 6.8).
bool send_http2(h2o_req_t& req, const InterimFields& fields) {
  h2o_http2_conn_t& conn = http2_connection(req);
  h2o_http2_stream_t& stream = http2_stream(req);
  const bool closes = conn.state == H2O_HTTP2_CONN_STATE_IS_CLOSING;
  if (closes || stream.state != H2O_HTTP2_STREAM_STATE_SEND_HEADERS) return false;
  h2o_res_t interim{};
  interim.status = 103;
  interim.content_length = SIZE_MAX;
  for (const auto& [name, value] : fields) {
    h2o_add_header_by_str(&req.pool, &interim.headers, name.data(), name.size(), 1, nullptr, value.data(),
                          value.size());
  }
  h2o_timestamp_t now;
  h2o_get_timestamp(conn.super.ctx, &req.pool, &now);
  const h2o_iovec_t no_server_name{nullptr, 0};
  h2o_hpack_flatten_response(&conn._write.buf, &conn._output_header_table, stream.stream_id,
                             conn.peer_settings.max_frame_size, &interim, &now, &no_server_name, SIZE_MAX);
  h2o_http2_conn_request_write(&conn);
  return true;
}

bool send_http1(Connection& connection, const InterimFields& fields) {
  std::string head = "HTTP/1.1 103 Early Hints\r\n";
  for (const auto& [name, value] : fields) head.append(name).append(": ").append(value).append("\r\n");
  head += "\r\n";
  return connection.write_interim(std::move(head));
}

}  // namespace

bool send_early_hints(ExchangeState& exchange, const std::vector<std::string>& links) {
  const InterimFields fields = interim_fields(exchange, links);
  const bool sent =
      exchange.req->version >= 0x200 ? send_http2(*exchange.req, fields) : send_http1(exchange.connection, fields);
  if (sent) exchange.frontend->options.counters->early_hints_total.fetch_add(1, std::memory_order_relaxed);
  return sent;
}

}  // namespace outrider::http
