// SPDX-License-Identifier: MIT
#include "http/farewell.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <vector>

namespace outrider::http {
namespace {

/// Between the two GOAWAYs: more than a round trip, so that requests on their way are still served.
constexpr std::uint64_t between_goaways_ms = 1'000;
/// Between the last bytes of a response and the end of the connection.
constexpr std::uint64_t linger_ms = 300;
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

/// Something of it is still on its way to the client: the machine has bytes that the other end has not confirmed.
bool has_unsent(const Connection& connection) {
  int bytes = 0;
  return ::ioctl(h2o_socket_get_fd(connection.socket), SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

/// The first GOAWAY leaves all streams open. The last one, which names the last that was served, comes when there is
/// none any more, and a little later: behind it the library closes the connection, and what a client then still sends
/// (WINDOW_UPDATE for a download's last bytes) would make the machine reset it, and the client lose those bytes.
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
  const bool busy = conn.num_streams.pull.open != 0 || conn.num_streams.push.open != 0 || has_unsent(connection);
  if (busy) connection.busy_at_ms = now_ms;
  if (now_ms < connection.goaway_at_ms + between_goaways_ms || now_ms < connection.busy_at_ms + linger_ms) return;
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
