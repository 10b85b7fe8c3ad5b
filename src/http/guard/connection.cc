// SPDX-License-Identifier: MIT
#include "http/guard/connection.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/check.h"
#include "http/frontend.h"

namespace outrider::http {

Connection::Connection(h2o_socket_t* on, ConnectionOwner& by, const config::Listen& listener)
    : socket(on),
      number(by.counters->connections_total.fetch_add(1, std::memory_order_relaxed)),
      owner_(&by),
      listen_(&listener) {
  owner_->connections.insert(this);
  owner_->counters->connections.fetch_add(1, std::memory_order_relaxed);
}

Connection::~Connection() {
  owner_->connections.erase(this);
  owner_->counters->connections.fetch_sub(1, std::memory_order_relaxed);
}

void Connection::move_to(ConnectionOwner& owner, const config::Listen& listen) {
  CHECK(!speaks_http && owner.counters == owner_->counters);
  owner_->connections.erase(this);
  owner.connections.insert(this);
  owner_ = &owner;
  listen_ = &listen;
}

Connection& Connection::attach(h2o_socket_t* socket, ConnectionOwner& owner, const config::Listen& listen) {
  auto* connection = new Connection(socket, owner, listen);
  socket->on_close.cb = on_close;
  socket->on_close.data = connection;
  return *connection;
}

Connection* Connection::of(h2o_socket_t* socket) {
  return socket->on_close.cb == on_close ? static_cast<Connection*>(socket->on_close.data) : nullptr;
}

void Connection::on_close(void* self) {
  delete static_cast<Connection*>(self);
}

const Address& Connection::peer() {
  if (peer_.length == 0) {
    sockaddr_storage storage{};
    auto* raw = reinterpret_cast<sockaddr*>(&storage);
    const socklen_t length = h2o_socket_getpeername(socket, raw);
    peer_ = Address::from(raw, length);
    peer_.length = std::max<socklen_t>(peer_.length, 1);  // known, though nameless (a unix socket's peer)
  }
  return peer_;
}

std::string_view Connection::peer_text() {
  if (peer_text_.empty()) peer_text_ = peer().host_text();
  return peer_text_;
}

void Connection::source_from_proxy_header(const Address& source) {
  named_by_proxy_ = true;
  peer_ = source;
  peer_text_ = source.host_text();
}

bool Connection::is_direct() const {
  return !named_by_proxy_ && !listen_->behind && !listen_->address.is_unix();
}

bool Connection::has_input() const {
  char byte;
  return socket->input->size != 0 || ::recv(h2o_socket_get_fd(socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void Connection::note_written(const h2o_iovec_t* pieces, std::size_t count) {
  if (!guarded_http2) return;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i != count; ++i) bytes += pieces[i].len;
  frames.sent(now_ms(), bytes);
}

void Connection::shut_down() {
  ::shutdown(h2o_socket_get_fd(socket), SHUT_RDWR);
}

}  // namespace outrider::http
