// SPDX-License-Identifier: MIT
#include "http/farewell.h"

#include <algorithm>

namespace outrider::http {
namespace {

/// Between the two GOAWAYs: more than a round trip, so that requests on their way are still served.
constexpr std::uint64_t between_goaways_ms = 1'000;
/// For a connection that never asked for anything (a browser's spare one).
constexpr std::uint64_t fresh_grace_ms = 1'000;
/// For a TLS handshake or a PROXY header to be completed.
constexpr std::uint64_t handshake_grace_ms = 3'000;

void send_goaway(h2o_http2_conn_t& conn, std::uint32_t last_stream) {
  h2o_http2_encode_goaway_frame(&conn._write.buf, last_stream, H2O_HTTP2_ERROR_NONE, h2o_iovec_t{nullptr, 0});
  h2o_http2_conn_request_write(&conn);
}

/// The first GOAWAY leaves all streams open, the last one names the last that is served; behind it the library closes
/// the connection with its last response. A request whose body still arrives is none to the library by then, so the
/// last GOAWAY waits for its end.
void take_leave_of_http2(h2o_http2_conn_t& conn, Connection& connection, std::uint64_t now_ms) {
  if (conn.state >= H2O_HTTP2_CONN_STATE_HALF_CLOSED) return;
  if (connection.goaway_at_ms == 0) {
    send_goaway(conn, INT32_MAX);
    connection.goaway_at_ms = now_ms;
    return;
  }
  const bool receiving = conn.num_streams.pull.open > conn.num_streams.pull.half_closed;
  if (receiving || now_ms < connection.goaway_at_ms + between_goaways_ms) return;
  send_goaway(conn, conn.pull_stream_ids.max_open);
  conn.state = H2O_HTTP2_CONN_STATE_HALF_CLOSED;
}

/// One whose next request has begun to arrive, and a tunnel, may go on until somebody's deadline.
bool may_end(const Connection& connection, std::uint64_t begun_ms, std::uint64_t now_ms) {
  if (connection.upgraded || connection.requests_open != 0 || connection.has_input()) return false;
  if (!connection.speaks_http) return now_ms >= begun_ms + handshake_grace_ms;
  return connection.requests != 0 || now_ms >= std::max(begun_ms, connection.http_since_ms) + fresh_grace_ms;
}

}  // namespace

void take_leave(FrontendCore& core, std::uint64_t begun_ms) {
  const std::uint64_t now_ms = h2o_now(core.loop.get());
  // Not through our own list: the library frees its connection before a TLS socket has sent its farewell.
  const h2o_linklist_t* anchor = &core.context.http2._conns;
  for (const h2o_linklist_t* node = anchor->next; node != anchor; node = node->next) {
    h2o_http2_conn_t& conn = *H2O_STRUCT_FROM_MEMBER(h2o_http2_conn_t, _conns, node);
    take_leave_of_http2(conn, *Connection::of(conn.sock), now_ms);
  }
  for (Connection* connection : core.owner.connections) {
    if (!connection->guarded_http2 && may_end(*connection, begun_ms, now_ms)) connection->shut_down();
  }
}

}  // namespace outrider::http
