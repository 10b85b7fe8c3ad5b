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
constexpr int most_waiting = 4096;    // in a socket that is closed: as many as a backlog of today holds

bool may_send_proxy_header(const config::Listen& listen, const Address& peer) {
  const auto& from = *listen.proxy_protocol_from;
  return std::any_of(from.begin(), from.end(), [&](const Network& network) { return network.contains(peer); });
}

/// A connection whose PROXY header has not arrived yet. Deletes itself. The listener may get another configuration
/// meanwhile, which then counts.
class HeaderReader {
 public:
  HeaderReader(Listener& listener, h2o_socket_t* socket) : listener_(listener), socket_(socket) {
    timer_.entry.cb = on_timeout;
    timer_.reader = this;
    h2o_timeout_link(listener_.loop(), listener_.handshake_timeout(), &timer_.entry);
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
    if (header.state == ProxyHeader::State::complete) return self->accept(header);
    if (header.state == ProxyHeader::State::incomplete) return;
    // Since it was accepted the listener may have become one for everybody.
    if (!self->listener_.listen().proxy_protocol_from) return self->hand_over();
    self->refuse("it does not begin with a PROXY header");
  }

  void refuse(const char* why) {
    log::info("closing a connection of {}: {}", Connection::of(socket_)->peer_text(), why);
    h2o_socket_t* socket = socket_;
    delete this;
    h2o_socket_close(socket);
  }

  void accept(const ProxyHeader& header) {
    Connection& connection = *Connection::of(socket_);
    const config::Listen& listen = listener_.listen();
    if (listen.proxy_protocol_from && !may_send_proxy_header(listen, connection.peer())) {
      return refuse("it may no longer send a PROXY header");
    }
    h2o_buffer_consume(&socket_->input, header.length);
    if (header.source) {
      Address source = *header.source;
      h2o_socket_setpeername(socket_, reinterpret_cast<sockaddr*>(&source.storage), source.length);
      connection.source_from_proxy_header(source);
    }
    hand_over();
  }

  void hand_over() {
    h2o_socket_t* socket = socket_;
    Listener& listener = listener_;
    delete this;
    socket->data = nullptr;
    h2o_socket_read_stop(socket);
    listener.hand_over(socket);
  }

  Listener& listener_;
  h2o_socket_t* socket_;
  Timer timer_{};
};

}  // namespace

Listener::Listener(FrontendCore& core, UniqueFd fd, std::size_t listen) : core_(&core), listen_(listen) {
  h2o_timeout_init(core.loop.get(), &handshake_timeout_, 0);
  move_to(core, listen);
  socket_ = h2o_evloop_socket_create(core.loop.get(), fd.release(), H2O_SOCKET_FLAG_DONT_READ);
  socket_->data = this;
  h2o_socket_read_start(socket_, on_readable);
}

Listener::~Listener() {
  stop();
  h2o_timeout_dispose(loop(), &handshake_timeout_);
}

void Listener::move_to(FrontendCore& core, std::size_t listen) {
  core_ = &core;
  listen_ = listen;
  accept_.ctx = &core.context;
  accept_.hosts = core.global.hosts;
  handshake_timeout_.timeout = core.config->limits.handshake_timeout_ms;
  renew_tls();
}

void Listener::renew_tls() {
  tls_ = core_->tls.at(listen_);
  accept_.ssl_ctx = tls_ ? tls_->get() : nullptr;
}

void Listener::stop() {
  if (socket_ == nullptr) return;
  h2o_socket_read_stop(socket_);
  h2o_socket_close(socket_);
  socket_ = nullptr;
}

void Listener::retire() {
  if (socket_ == nullptr) return;
  int left = most_waiting;
  while (left != 0 && accept_one()) --left;
  stop();
}

void Listener::resume() {
  if (socket_ != nullptr && std::exchange(paused_, false)) h2o_socket_read_start(socket_, on_readable);
}

void Listener::on_readable(h2o_socket_t* socket, const char*) {
  static_cast<Listener*>(socket->data)->accept_some();
}

bool Listener::accept_one() {
  h2o_socket_t* socket = h2o_evloop_socket_accept(socket_);
  if (socket == nullptr) return false;
  begin(socket);
  return true;
}

void Listener::accept_some() {
  for (int i = 0; i != accepts_per_turn; ++i) {
    if (accept_one()) continue;
    // Out of descriptors: the waiting connection would wake this loop without end. Frontend's tick tries again.
    paused_ = errno == EMFILE || errno == ENFILE;
    if (paused_) h2o_socket_read_stop(socket_);
    return;
  }
}

void Listener::begin(h2o_socket_t* socket) {
  Connection& connection = Connection::attach(socket, core_->owner, listen());
  // Asked now, because the kernel forgets a peer that resets, though its request may still be read.
  if (connection.peer().family() == AF_UNSPEC && !listen().address.is_unix()) {
    h2o_socket_close(socket);
    return;
  }
  if (!listen().proxy_protocol_from) {
    hand_over(socket);
  } else if (may_send_proxy_header(listen(), connection.peer())) {
    new HeaderReader(*this, socket);
  } else {
    log::info("closing a connection of {}: {} takes connections from its balancers alone", connection.peer_text(),
              listen().address.text());
    h2o_socket_close(socket);
  }
}

void Listener::hand_over(h2o_socket_t* socket) {
  Connection::of(socket)->server_tls = tls_;
  h2o_accept(&accept_, socket);
  // The library bounds the handshake by a list of its context, which must not keep it when the listener moves on: the
  // entry goes to the listener's own list, where the library finds it just as well.
  h2o_linklist_t& bounded = core_->context.handshake_timeout._entries;
  while (!h2o_linklist_is_empty(&bounded)) {
    auto* entry = H2O_STRUCT_FROM_MEMBER(h2o_timeout_entry_t, _link, bounded.next);
    h2o_timeout_unlink(entry);
    h2o_timeout_link(loop(), &handshake_timeout_, entry);
  }
}

}  // namespace outrider::http
