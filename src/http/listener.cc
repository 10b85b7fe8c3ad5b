// SPDX-License-Identifier: MIT
#include "http/listener.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "http/proxy_header.h"

namespace outrider::http {
namespace {

constexpr int accepts_per_turn = 32;  // so that a burst of connections does not hold up the others' requests

/// A connection whose PROXY header has not arrived yet. Deletes itself.
class HeaderReader {
 public:
  HeaderReader(h2o_accept_ctx_t& accept, h2o_socket_t* socket) : accept_(accept), socket_(socket) {
    timer_.entry.cb = on_timeout;
    timer_.reader = this;
    h2o_timeout_link(accept_.ctx->loop, &accept_.ctx->handshake_timeout, &timer_.entry);
    socket_->data = this;
    h2o_socket_read_start(socket_, on_read);
  }
  ~HeaderReader() { h2o_timeout_unlink(&timer_.entry); }

 private:
  struct Timer {
    h2o_timeout_entry_t entry;
    HeaderReader* reader;
  };

  static void on_timeout(h2o_timeout_entry_t* entry) {
    reinterpret_cast<Timer*>(entry)->reader->refuse("its PROXY header did not come in time");
  }

  static void on_read(h2o_socket_t* socket, const char* error) {
    auto* self = static_cast<HeaderReader*>(socket->data);
    if (error != nullptr) return self->refuse("it closed before its PROXY header was whole");
    const ProxyHeader header = parse_proxy_header({socket->input->bytes, socket->input->size});
    if (header.state == ProxyHeader::State::invalid) return self->refuse("it does not begin with a PROXY header");
    if (header.state == ProxyHeader::State::complete) self->accept(header);
  }

  void refuse(const char* why) {
    log::info("closing a connection of {}: {}", Connection::of(socket_)->peer_text(), why);
    h2o_socket_t* socket = socket_;
    delete this;
    h2o_socket_close(socket);
  }

  void accept(const ProxyHeader& header) {
    h2o_socket_t* socket = socket_;
    h2o_accept_ctx_t& accept = accept_;
    delete this;
    socket->data = nullptr;
    h2o_socket_read_stop(socket);
    h2o_buffer_consume(&socket->input, header.length);
    if (header.source) {
      Address source = *header.source;
      h2o_socket_setpeername(socket, reinterpret_cast<sockaddr*>(&source.storage), source.length);
      Connection::of(socket)->source_from_proxy_header(source);
    }
    h2o_accept(&accept, socket);
  }

  h2o_accept_ctx_t& accept_;
  h2o_socket_t* socket_;
  Timer timer_{};
};

bool may_send_proxy_header(const config::Listen& listen, const Address& peer) {
  const auto& from = *listen.proxy_protocol_from;
  return std::any_of(from.begin(), from.end(), [&](const Network& network) { return network.contains(peer); });
}

}  // namespace

Listener::Listener(FrontendCore& core, UniqueFd fd, const config::Listen& listen, const tls::ServerContext* tls)
    : core_(core), listen_(listen) {
  accept_.ctx = &core.context;
  accept_.hosts = core.global.hosts;
  accept_.ssl_ctx = tls != nullptr ? tls->get() : nullptr;
  socket_ = h2o_evloop_socket_create(core.loop.get(), fd.release(), H2O_SOCKET_FLAG_DONT_READ);
  socket_->data = this;
  h2o_socket_read_start(socket_, on_readable);
}

Listener::~Listener() {
  stop();
}

void Listener::stop() {
  if (socket_ == nullptr) return;
  h2o_socket_read_stop(socket_);
  h2o_socket_close(socket_);
  socket_ = nullptr;
}

void Listener::resume() {
  if (socket_ != nullptr && std::exchange(paused_, false)) h2o_socket_read_start(socket_, on_readable);
}

void Listener::on_readable(h2o_socket_t* socket, const char*) {
  static_cast<Listener*>(socket->data)->accept_some();
}

void Listener::accept_some() {
  for (int i = 0; i != accepts_per_turn; ++i) {
    h2o_socket_t* socket = h2o_evloop_socket_accept(socket_);
    if (socket == nullptr) {
      // Out of descriptors: the waiting connection would wake this loop without end. Frontend's tick tries again.
      paused_ = errno == EMFILE || errno == ENFILE;
      if (paused_) h2o_socket_read_stop(socket_);
      return;
    }
    begin(socket);
  }
}

void Listener::begin(h2o_socket_t* socket) {
  Connection& connection = Connection::attach(socket, core_.owner, listen_);
  // Asked now, because the kernel forgets a peer that resets, though its request may still be read.
  if (connection.peer().family() == AF_UNSPEC && !listen_.address.is_unix()) {
    h2o_socket_close(socket);
    return;
  }
  if (!listen_.proxy_protocol_from) {
    h2o_accept(&accept_, socket);
  } else if (may_send_proxy_header(listen_, connection.peer())) {
    new HeaderReader(accept_, socket);
  } else {
    log::info("closing a connection of {}: {} takes connections from its balancers alone", connection.peer_text(),
              listen_.address.text());
    h2o_socket_close(socket);
  }
}

}  // namespace outrider::http
