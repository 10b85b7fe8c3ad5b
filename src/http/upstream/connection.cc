// SPDX-License-Identifier: MIT
#include "http/upstream/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/text.h"

namespace outrider::http::upstream {

Connection::Connection(h2o_loop_t* loop, UniqueFd fd, LiveCounters& counters)
    : socket_(h2o_evloop_socket_create(loop, fd.release(), 0)), counters_(counters) {
  socket_->data = this;
  h2o_socket_dont_read(socket_, 1);
  counters_.upstream_connections.fetch_add(1, std::memory_order_relaxed);
}

Connection::~Connection() {
  h2o_socket_close(socket_);
  counters_.upstream_connections.fetch_sub(1, std::memory_order_relaxed);
}

void Connection::watch() {
  if (!watching()) h2o_socket_read_start(socket_, on_read_ready);
}

void Connection::unwatch() {
  if (watching()) h2o_socket_read_stop(socket_);
}

ssize_t Connection::read(std::span<char> room) {
  ssize_t size;
  do {
    size = ::read(h2o_socket_get_fd(socket_), room.data(), room.size());
  } while (size < 0 && errno == EINTR);
  return size;
}

void Connection::write(std::span<const std::string_view> pieces) {
  CHECK(!writing());
  std::vector<h2o_iovec_t> buffers;
  buffers.reserve(pieces.size());
  for (std::string_view piece : pieces) {
    if (!piece.empty()) buffers.push_back(iovec(piece));
  }
  h2o_socket_write(socket_, buffers.data(), buffers.size(), on_write_done);
}

void Connection::notify_when_connected() {
  h2o_socket_notify_write(socket_, on_write_done);
}

int Connection::connect_error() const {
  int error = 0;
  socklen_t length = sizeof(error);
  return ::getsockopt(h2o_socket_get_fd(socket_), SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

bool Connection::quiet() const {
  char byte;
  const ssize_t size = ::recv(h2o_socket_get_fd(socket_), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Connection::on_read_ready(h2o_socket_t* socket, const char*) {
  auto* self = static_cast<Connection*>(socket->data);
  if (self->listener_ != nullptr) self->listener_->on_readable();
}

void Connection::on_write_done(h2o_socket_t* socket, const char* error) {
  auto* self = static_cast<Connection*>(socket->data);
  if (self->listener_ != nullptr) self->listener_->on_written(error == nullptr);
}

std::string error_text(int error) {
  return lower_case(std::strerror(error));
}

}  // namespace outrider::http::upstream
