// SPDX-License-Identifier: MIT
#include "http/farewell.h"

#include <algorithm>
#include <vector>

namespace outrider::http {
namespace {

/// Between the two GOAWAYs: more than a round trip, so that requests on their way are still served.
constexpr std::uint64_t between_goaways_ms = 1'000;
/// For a connection that never asked for anything (a browser's spare one), or that has not even begun to speak HTTP/2.
constexpr std::uint64_t fresh_grace_ms = 1'000;
/// For an HTTP/1 connection that waits for nothing, where there is no hurry: who was going to use it again has.
constexpr std::uint64_t idle_grace_ms = 5'000;
/// For a TLS handshake or a PROXY header to be completed.
constexpr std::uint64_t handshake_grace_ms = 3'000;

void send_goaway(h2o_http2_conn_t& conn, std::uint32_t last_stream) {
  h2o_http2_encode_goaway_frame(&conn._write.buf, last_stream, H2O_HTTP2_ERROR_NONE, h2o_iovec_t{nullptr, 0});
  h2o_http2_conn_request_write(&conn);
}

/// The first GOAWAY leaves all streams open, the last one names the last that is served; behind it the library closes
/// the connection with its last response. A request whose body still arrives is none to the library by then, so the
/// last GOAWAY waits for its end.
void take_leave_of_http2(h2o_http2_conn_t& conn, Connection& connection, const Farewell& farewell,
                         std::uint64_t now_ms) {
  if (conn.state >= H2O_HTTP2_CONN_STATE_HALF_CLOSED) return;
  if (!connection.preface_came()) {
    // Our first frame has to be SETTINGS, and the library sends it in answer to the preface.
    if (now_ms >= std::max(farewell.begun_ms, connection.http_since_ms) + fresh_grace_ms) connection.shut_down();
    return;
  }
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
bool may_end(const Connection& connection, const Farewell& farewell, std::uint64_t now_ms) {
  if (connection.upgraded || connection.requests_open != 0 || connection.has_input()) return false;
  if (!connection.speaks_http) return now_ms >= farewell.begun_ms + handshake_grace_ms;
  const bool fresh = connection.requests == 0;
  const std::uint64_t grace_ms = farewell.leave == Leave::gently ? idle_grace_ms
                                 : fresh                         ? fresh_grace_ms
                                                                 : std::uint64_t{0};
  const std::uint64_t idle_since_ms = fresh ? connection.http_since_ms : connection.idle_since_ms;
  return now_ms >= std::max(farewell.begun_ms, idle_since_ms) + grace_ms;
}

}  // namespace

void take_leave(FrontendCore& core, const Farewell& farewell) {
  const std::uint64_t now_ms = h2o_now(core.loop.get());
  // Not through our own list: the library frees its connection before a TLS socket has sent its farewell.
  const h2o_linklist_t* anchor = &core.context.http2._conns;
  for (const h2o_linklist_t* node = anchor->next; node != anchor; node = node->next) {
    h2o_http2_conn_t& conn = *H2O_STRUCT_FROM_MEMBER(h2o_http2_conn_t, _conns, node);
    take_leave_of_http2(conn, *Connection::of(conn.sock), farewell, now_ms);
  }
  for (Connection* connection : core.owner.connections) {
    if (!connection->guarded_http2 && may_end(*connection, farewell, now_ms)) connection->shut_down();
  }
}

void cut_all(FrontendCore& core) {
  auto& open = core.owner.connections;
  const std::vector<Connection*> all(open.begin(), open.end());
  for (Connection* connection : all) {
    if (open.count(connection) == 0) continue;
    connection->shut_down();
    Exchange* const exchange = connection->http1_exchange;
    if (exchange != nullptr && exchange->awaited != nullptr) exchange->awaited->give_up();
  }
}

}  // namespace outrider::http
