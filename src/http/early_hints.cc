// SPDX-License-Identifier: MIT
#include "http/early_hints.h"

#include "http/http2.h"

namespace outrider::http {
namespace {

/// Made of the library's own parts: a response on the stack, its header compressor and its write buffer. The stream
/// goes on to its final response as if nothing had happened.
bool send_http2(h2o_req_t& req, const std::vector<std::string>& links) {
  h2o_http2_conn_t& conn = http2_connection(req);
  h2o_http2_stream_t& stream = http2_stream(req);
  if (conn.state != H2O_HTTP2_CONN_STATE_OPEN || stream.state != H2O_HTTP2_STREAM_STATE_SEND_HEADERS) return false;
  h2o_res_t interim{};
  interim.status = 103;
  interim.content_length = SIZE_MAX;
  for (const std::string& link : links) {
    h2o_add_header(&req.pool, &interim.headers, H2O_TOKEN_LINK, nullptr, link.data(), link.size());
  }
  h2o_timestamp_t now;
  h2o_get_timestamp(conn.super.ctx, &req.pool, &now);
  const h2o_iovec_t no_server_name{nullptr, 0};
  h2o_hpack_flatten_response(&conn._write.buf, &conn._output_header_table, stream.stream_id,
                             conn.peer_settings.max_frame_size, &interim, &now, &no_server_name, SIZE_MAX);
  h2o_http2_conn_request_write(&conn);
  return true;
}

bool send_http1(Connection& connection, const std::vector<std::string>& links) {
  std::string head = "HTTP/1.1 103 Early Hints\r\n";
  for (const std::string& link : links) head += "Link: " + link + "\r\n";
  head += "\r\n";
  return connection.write_interim(std::move(head));
}

}  // namespace

bool send_early_hints(ExchangeState& exchange, const std::vector<std::string>& links) {
  const bool sent =
      exchange.req->version >= 0x200 ? send_http2(*exchange.req, links) : send_http1(exchange.connection, links);
  if (sent) exchange.frontend->options.counters->early_hints_total.fetch_add(1, std::memory_order_relaxed);
  return sent;
}

}  // namespace outrider::http
