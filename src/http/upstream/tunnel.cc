// SPDX-License-Identifier: MIT
#include "http/upstream/tunnel.h"

#include <cerrno>

#include "http/guard/connection.h"

namespace outrider::http::upstream {
namespace {

constexpr std::size_t tunnel_read_size = 64 * 1024;

}  // namespace

Tunnel::Tunnel(Tunnels& owner, std::unique_ptr<Connection> upstream)
    : owner_(owner), upstream_(std::move(upstream)), idle_(owner.timeouts_, [this] { close(); }) {}

Tunnel::~Tunnel() {
  if (client_ != nullptr) h2o_socket_close(client_);
}

void Tunnel::begin(h2o_socket_t* client, std::size_t request_size) {
  if (client == nullptr) {
    close();
    return;
  }
  client_ = client;
  client_->data = this;
  h2o_buffer_consume(&client_->input, request_size);
  idle_.start(owner_.idle_timeout_ms_);
  upstream_->set_listener(this);
  upstream_->watch();
  if (client_->input->size != 0) {
    forward_from_client();
  } else {
    h2o_socket_read_start(client_, on_client_readable);
  }
}

void Tunnel::on_client_readable(h2o_socket_t* socket, const char* error) {
  auto* self = static_cast<Tunnel*>(socket->data);
  if (error != nullptr) {
    self->close();
    return;
  }
  // A part of a TLS record is no byte yet.
  if (socket->input->size == 0) return;
  h2o_socket_read_stop(socket);
  self->forward_from_client();
}

void Tunnel::forward_from_client() {
  idle_.start(owner_.idle_timeout_ms_);
  from_client_ = client_->input->size;
  const std::string_view bytes(client_->input->bytes, from_client_);
  upstream_->write({&bytes, 1});
}

void Tunnel::on_written(bool ok) {
  if (!ok) {
    close();
    return;
  }
  idle_.start(owner_.idle_timeout_ms_);
  h2o_buffer_consume(&client_->input, from_client_);
  h2o_socket_read_start(client_, on_client_readable);
}

void Tunnel::on_readable() {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(tunnel_read_size);
  const ssize_t size = upstream_->read({buffer_.get(), tunnel_read_size});
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    buffer_.reset();
    return;
  }
  // Everything before the end was written already: nothing is read while a write is under way.
  if (size <= 0) {
    close();
    return;
  }
  idle_.start(owner_.idle_timeout_ms_);
  upstream_->unwatch();
  h2o_iovec_t bytes{buffer_.get(), static_cast<std::size_t>(size)};
  h2o_socket_write(client_, &bytes, 1, on_client_written);
}

void Tunnel::on_client_written(h2o_socket_t* socket, const char* error) {
  auto* self = static_cast<Tunnel*>(socket->data);
  if (error != nullptr) {
    self->close();
    return;
  }
  self->idle_.start(self->owner_.idle_timeout_ms_);
  self->buffer_.reset();
  self->upstream_->watch();
}

void Tunnel::close() {
  owner_.remove(*this);
}

void Tunnels::open(h2o_req_t& req, std::unique_ptr<Connection> upstream, std::string_view first) {
  Tunnel& tunnel = tunnels_.emplace_back(*this, std::move(upstream));
  if (auto* client = http::Connection::of(req.conn->callbacks->get_socket(req.conn))) client->upgraded = true;
  h2o_iovec_t behind = iovec(keep(&req.pool, first));
  h2o_http1_upgrade(
      &req, &behind, first.empty() ? 0 : 1,
      [](void* self, h2o_socket_t* client, std::size_t request_size) {
        static_cast<Tunnel*>(self)->begin(client, request_size);
      },
      &tunnel);
}

void Tunnels::remove(Tunnel& tunnel) {
  tunnels_.remove_if([&](const Tunnel& other) { return &other == &tunnel; });
}

}  // namespace outrider::http::upstream
