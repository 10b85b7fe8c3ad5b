// SPDX-License-Identifier: MIT
// One client kills the bare library: a connection that fails while it is written to is closed with its state still
// open; closing its streams starts requests that were waiting, that arms the write timer, and an assert ends the
// process. So a write that failed on an HTTP/2 connection first marks it as closing, as upstream's later fix does at
// the same point.
//
// The frames of an HTTP/2 connection are read by frames.cc, whose reader is put in place here.
#include "http/guard/interpose.h"

#include <sys/socket.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/check.h"
#include "base/fd.h"
#include "base/log.h"
#include "config/config.h"
#include "http/frontend.h"
#include "http/guard/connection.h"

namespace outrider::http {
namespace {

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
  Connection* connection = Connection::of(sock);
  h2o_iovec_t refusal =
      outrider::http::iovec(connection != nullptr ? outrider::http::refusal_in_place(*connection) : std::string_view());
  if (refusal.len != 0) {
    bufs = &refusal;
    bufcnt = 1;
  }
  if (connection != nullptr) connection->note_written(bufs, bufcnt);
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
  conn->_read_expect = outrider::http::read_guarded_frame;
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

void note_defence(Connection& connection, Defence defence, std::string_view line) {
  ConnectionOwner& owner = connection.owner();
  count(owner.counters->defended[static_cast<std::size_t>(defence)], 1);
  owner.log.warn(connection.now_ms(), line);
}

void refuse(Connection& connection, Defence defence) {
  note_defence(connection, defence,
               fmt::format("refusing a request of {}: {}", connection.peer_text(), row_of(defence).complaint));
}

int cut(Connection& connection, Defence defence, const char** description) {
  *description = row_of(defence).complaint;
  count(connection.owner().counters->connections_cut, 1);
  note_defence(connection, defence,
               fmt::format("cutting the connection of {}: {}", connection.peer_text(), *description));
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
