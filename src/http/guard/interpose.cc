// SPDX-License-Identifier: MIT
// Three cures for libh2o 2.2.5.
//
// One client kills the bare library: a connection that fails while it is written to is closed with its state still
// open; closing its streams starts requests that were waiting, that arms the write timer, and an assert ends the
// process. So a write that failed on an HTTP/2 connection first marks it as closing, as upstream's later fix does at
// the same point.
//
// And so does this: a stream whose body ends just where its window does waits, with no window left, for its last bytes
// to be written. If the client widens the window meanwhile, the library takes the stream for one that waits for that,
// and an assert ends the process. So who has sent all is not told of wider windows.
//
// The library counts nothing that a client does, and knows no frame that is younger than it is. So each HTTP/2
// connection's frame reader is wrapped: our function sees every frame header first, calls the library's reader with
// itself out of the way, and puts itself back.
#include "http/guard/interpose.h"

#include <sys/socket.h>

#include <cerrno>
#include <numeric>

#include <fmt/format.h>

#include "base/check.h"
#include "base/fd.h"
#include "base/log.h"
#include "config/config.h"
#include "http/frontend.h"
#include "http/guard/connection.h"
#include "http/guard/priority_frame.h"

namespace outrider::http {
namespace {

constexpr std::uint8_t last_known_frame_type = H2O_HTTP2_FRAME_TYPE_CONTINUATION;
constexpr std::size_t max_frame_size = 16'384;  // what our SETTINGS allow (RFC 9113 6.5.2)
constexpr const char* too_many_priorities = "too many priorities sent by the client";

std::uint64_t stream_errors(const h2o_context_t& context) {
  const auto& errors = context.http2.events.protocol_level_errors;
  return std::accumulate(std::begin(errors), std::end(errors), std::uint64_t{0});
}

/// Frames of unknown types must be ignored (RFC 9113 4.1); the library does so with a line on stderr for each.
ssize_t skip_frame(std::size_t available, std::size_t frame_length) {
  if (frame_length > max_frame_size) return H2O_HTTP2_ERROR_FRAME_SIZE;
  const std::size_t whole = H2O_HTTP2_FRAME_HEADER_SIZE + frame_length;
  return available < whole ? H2O_HTTP2_ERROR_INCOMPLETE : static_cast<ssize_t>(whole);
}

/// Takes a PRIORITY_UPDATE (RFC 9218 7.1) once it is there as a whole.
ssize_t take_priority_update(h2o_http2_conn_t& conn, Connection& connection, const std::uint8_t* src, std::size_t len,
                             std::size_t frame_length, std::uint32_t stream_id, const char** description) {
  const ssize_t taken = skip_frame(len, frame_length);
  if (taken <= 0) return taken;
  if (!connection.frames.priority_by_client(h2o_now(conn.super.ctx->loop), connection.owner().limits)) {
    return cut(connection, too_many_priorities, description);
  }
  const int error = read_priority_update(conn, connection.priority_updates, stream_id,
                                         src + H2O_HTTP2_FRAME_HEADER_SIZE, frame_length, description);
  return error != 0 ? error : taken;
}

/// Takes a frame of a header block that nobody wants any more; behind its last one frames are read as before.
ssize_t skip_continuation(h2o_http2_conn_t& conn, Connection& connection, const std::uint8_t* src, std::size_t len,
                          std::size_t frame_length) {
  const ssize_t skipped = skip_frame(len, frame_length);
  if (skipped > 0 && (src[4] & H2O_HTTP2_FRAME_FLAG_END_HEADERS) != 0 && conn._headers_unparsed != nullptr) {
    h2o_buffer_dispose(&conn._headers_unparsed);
    conn._headers_unparsed = nullptr;
    connection.read_expect = connection.between_frames;
  }
  return skipped;
}

/// All of the response is in a write that goes on.
bool has_sent_all(h2o_http2_stream_t& stream) {
  return stream.state == H2O_HTTP2_STREAM_STATE_END_STREAM && h2o_linklist_is_linked(&stream._refs.link) != 0;
}

/// Keeps the windows of streams that have sent all from opening by what SETTINGS change (RFC 9113 6.9.2): they are open
/// by a byte before, which nobody sends.
void open_windows_of_sent(h2o_http2_conn_t& conn) {
  h2o_http2_stream_t* stream = nullptr;
  kh_foreach_value(conn.streams, stream, {
    if (has_sent_all(*stream) && stream->output_window._avail <= 0) stream->output_window._avail = 1;
  });
}

ssize_t guarded_read_expect(h2o_http2_conn_t* conn, const std::uint8_t* src, std::size_t len,
                            const char** description) {
  Connection& connection = *Connection::of(conn->sock);
  // The preface reads as a frame of type 0x48 ("PRI * HTTP…"); the library's first reader deals with it alone.
  const bool in_preface = conn->pull_stream_ids.max_open == 0 && len > 0 && src[0] == 'P';
  const bool whole_header = !in_preface && len >= H2O_HTTP2_FRAME_HEADER_SIZE;
  const std::size_t frame_length = whole_header ? h2o_http2_decode24u(src) : 0;
  const std::uint8_t type = whole_header ? src[3] : 0;
  const std::uint32_t stream_id = whole_header ? h2o_http2_decode32u(src + 5) & 0x7fffffff : 0;
  if (whole_header && type > last_known_frame_type && conn->_headers_unparsed == nullptr) {
    if (type == priority_update_frame && connection.preface_came()) {
      return take_priority_update(*conn, connection, src, len, frame_length, stream_id, description);
    }
    return skip_frame(len, frame_length);
  }
  if (type == H2O_HTTP2_FRAME_TYPE_WINDOW_UPDATE && frame_length == 4 && conn->_headers_unparsed == nullptr) {
    h2o_http2_stream_t* stream = h2o_http2_conn_get_stream(conn, stream_id);
    if (stream != nullptr && has_sent_all(*stream)) return skip_frame(len, frame_length);
  }
  if (whole_header && type == H2O_HTTP2_FRAME_TYPE_SETTINGS) open_windows_of_sent(*conn);

  conn->_read_expect = connection.read_expect;
  const ssize_t consumed = conn->_read_expect(conn, src, len, description);
  connection.read_expect = conn->_read_expect;
  conn->_read_expect = guarded_read_expect;
  if (in_preface && consumed > 0) connection.between_frames = connection.read_expect;
  // The library counts errors of streams only where it reads frames.
  const std::uint64_t errors_now = stream_errors(*conn->super.ctx);
  const std::uint64_t errors = errors_now - std::exchange(connection.owner().stream_errors, errors_now);

  // A CONTINUATION that arrives once a graceful shutdown began consumes nothing, and the library would try for ever.
  if (consumed == 0 && whole_header) return skip_continuation(*conn, connection, src, len, frame_length);
  if (consumed <= 0) return consumed;

  const std::uint64_t now = h2o_now(conn->super.ctx->loop);
  if (type == H2O_HTTP2_FRAME_TYPE_HEADERS && whole_header) connection.frames.request_by_client(now);
  if (type == H2O_HTTP2_FRAME_TYPE_PRIORITY && whole_header &&
      !connection.frames.priority_by_client(now, connection.owner().limits)) {
    return cut(connection, too_many_priorities, description);
  }
  // To cancel a push (an even stream) is a client's right.
  if (type == H2O_HTTP2_FRAME_TYPE_RST_STREAM && whole_header && stream_id % 2 == 1 &&
      !connection.frames.reset_by_client(now, connection.owner().limits)) {
    return cut(connection, "too many streams reset by the client", description);
  }
  if (errors != 0 && !connection.frames.stream_errors(now, errors, connection.owner().limits)) {
    return cut(connection, "too many stream errors provoked by the client", description);
  }
  return consumed;
}

/// Stands between the library and its own callback on writes of HTTP/2 connections.
void on_written(h2o_socket_t* socket, const char* error) {
  Connection& connection = *Connection::of(socket);
  const h2o_socket_cb callback = std::exchange(connection.write_callback, nullptr);
  if (error != nullptr && connection.guarded_http2) {
    auto* conn = static_cast<h2o_http2_conn_t*>(socket->data);
    conn->state = H2O_HTTP2_CONN_STATE_IS_CLOSING;
    h2o_timeout_unlink(&conn->_write.timeout_entry);
  }
  callback(socket, error);
}

using SocketWrite = decltype(&h2o_socket_write);

SocketWrite real_socket_write() {
  static const auto function = real_function<SocketWrite>("h2o_socket_write");
  return function;
}

void on_interim_written(h2o_socket_t* socket, const char*) {
  Connection::Interim& interim = Connection::of(socket)->interim;
  interim.in_flight = false;
  if (interim.held_callback == nullptr) return;
  const std::vector<h2o_iovec_t> held = std::move(interim.held);
  interim.held.clear();
  // An error of the interim write comes again with this one, and the library deals with it.
  real_socket_write()(socket, const_cast<h2o_iovec_t*>(held.data()), held.size(),
                      std::exchange(interim.held_callback, nullptr));
}

/// True if the write must wait for an interim response. The bytes stay alive until the callback, the array does not.
bool hold_back(h2o_socket_t* socket, h2o_iovec_t* bufs, std::size_t count, h2o_socket_cb callback) {
  Connection* connection = Connection::of(socket);
  if (connection == nullptr || !connection->interim.in_flight) return false;
  connection->interim.held.assign(bufs, bufs + count);
  connection->interim.held_callback = callback;
  return true;
}

/// The connection has left its listener behind.
void note_http(const h2o_accept_ctx_t& accept, h2o_socket_t* socket) {
  Connection* connection = Connection::of(socket);
  if (connection == nullptr || connection->speaks_http) return;
  connection->speaks_http = true;
  connection->http_since_ms = h2o_now(accept.ctx->loop);
}

h2o_socket_cb intercept(h2o_socket_t* socket, h2o_socket_cb callback) {
  Connection* connection = Connection::of(socket);
  if (connection == nullptr || !connection->guarded_http2) return callback;
  connection->write_callback = callback;
  ++connection->writes_seen;
  return on_written;
}

}  // namespace
}  // namespace outrider::http

using outrider::http::Connection;

extern "C" {

__attribute__((visibility("default"))) void h2o_socket_write(h2o_socket_t* sock, h2o_iovec_t* bufs, size_t bufcnt,
                                                             h2o_socket_cb cb) {
  if (outrider::http::hold_back(sock, bufs, bufcnt, cb)) return;
  outrider::http::real_socket_write()(sock, bufs, bufcnt, outrider::http::intercept(sock, cb));
}

__attribute__((visibility("default"))) void h2o_socket_notify_write(h2o_socket_t* sock, h2o_socket_cb cb) {
  static const auto real_notify =
      outrider::http::real_function<decltype(&h2o_socket_notify_write)>("h2o_socket_notify_write");
  real_notify(sock, outrider::http::intercept(sock, cb));
}

/// Every connection but those that chose HTTP/2 in their handshake.
__attribute__((visibility("default"))) void h2o_http1_accept(h2o_accept_ctx_t* ctx, h2o_socket_t* sock,
                                                             struct timeval connected_at) {
  static const auto real_accept = outrider::http::real_function<decltype(&h2o_http1_accept)>("h2o_http1_accept");
  outrider::http::note_http(*ctx, sock);
  real_accept(ctx, sock, connected_at);
}

/// TLS, plaintext with prior knowledge and connections behind a PROXY header all come through here.
__attribute__((visibility("default"))) void h2o_http2_accept(h2o_accept_ctx_t* ctx, h2o_socket_t* sock,
                                                             struct timeval connected_at) {
  static const auto real_accept = outrider::http::real_function<decltype(&h2o_http2_accept)>("h2o_http2_accept");
  Connection* connection = Connection::of(sock);
  if (connection == nullptr) {  // the admin plane's
    real_accept(ctx, sock, connected_at);
    return;
  }
  outrider::http::note_http(*ctx, sock);
  // The real one reads what is in the buffer already: it gets an empty one until the wrapper is in place.
  h2o_buffer_t* waiting = sock->input;
  h2o_buffer_init(&sock->input, &h2o_socket_buffer_prototype);
  real_accept(ctx, sock, connected_at);
  h2o_buffer_dispose(&sock->input);
  sock->input = waiting;

  auto* conn = static_cast<h2o_http2_conn_t*>(sock->data);
  connection->guarded_http2 = true;
  connection->read_expect = conn->_read_expect;
  conn->_read_expect = outrider::http::guarded_read_expect;
  if (sock->input->size != 0) sock->_cb.read(sock, nullptr);
}

/// "Upgrade: h2c" is declined, so that it is answered over HTTP/1 (RFC 9113 3.1 dropped it): its connection would pass
/// by the guard.
__attribute__((visibility("default"))) int h2o_http2_handle_upgrade(h2o_req_t*, struct timeval) {
  return -1;
}
}

namespace outrider::http {

bool Connection::write_interim(std::string text) {
  if (guarded_http2 || interim.in_flight || h2o_socket_is_writing(socket)) return false;
  interim.text = std::move(text);
  interim.in_flight = true;
  h2o_iovec_t bytes = iovec(interim.text);
  real_socket_write()(socket, &bytes, 1, on_interim_written);
  return true;
}

int cut(Connection& connection, const char* why, const char** description) {
  connection.owner().counters->connections_cut.fetch_add(1, std::memory_order_relaxed);
  log::warning("cutting the connection of {}: {}", connection.peer_text(), why);
  *description = why;
  return H2O_HTTP2_ERROR_ENHANCE_YOUR_CALM;
}

Result<void> prove_interposition(h2o_evloop_t* loop, h2o_accept_ctx_t& accept, ConnectionOwner& owner) {
  static const config::Listen nowhere;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    return failure(fmt::format("cannot make a socket pair: {}", std::strerror(errno)));
  }
  UniqueFd client(ends[0]);
  h2o_socket_t* socket = h2o_evloop_socket_create(loop, ends[1], H2O_SOCKET_FLAG_IS_ACCEPTED_CONNECTION);
  Connection* const connection = &Connection::attach(socket, owner, nowhere);
  const auto open = [&] { return owner.connections.count(connection) != 0; };
  h2o_accept(&accept, socket);

  constexpr char hello[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";  // its last byte is the string's own NUL
  const bool http_seen = connection->speaks_http;
  bool accept_seen = false;
  bool write_seen = false;
  char answer[64];
  bool answered = ::write(client.get(), hello, sizeof(hello)) != static_cast<ssize_t>(sizeof(hello));
  for (int turn = 0; turn < 20 && !answered && open(); ++turn) {
    h2o_evloop_run(loop, 10);
    answered = ::read(client.get(), answer, sizeof(answer)) > 0;
    accept_seen = open() && connection->guarded_http2;
    write_seen = open() && connection->writes_seen != 0;
  }
  client.reset();
  for (int turn = 0; turn < 20 && open(); ++turn) h2o_evloop_run(loop, 10);
  if (http_seen && accept_seen && write_seen) return {};
  return failure(
      fmt::format("libh2o does not call the guard's functions ({}): it was linked statically or with -Bsymbolic, or "
                  "the executable does not "
                  "export them; an unguarded server can be ended by one client, so this one does not start",
                  !http_seen     ? "h2o_http1_accept"
                  : !accept_seen ? "h2o_http2_accept"
                                 : "h2o_socket_write"));
}

}  // namespace outrider::http
