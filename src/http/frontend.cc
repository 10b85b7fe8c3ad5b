// SPDX-License-Identifier: MIT
#include "http/frontend.h"

#include <stdexcept>
#include <utility>

#include "base/check.h"
#include "http/core.h"
#include "http/guard/interpose.h"
#include "http/listener.h"

namespace outrider::http {
namespace {

constexpr std::chrono::milliseconds tick_interval{100};
constexpr int fresh_connection_grace_ticks = 10;

/// Open HTTP/2 streams, as the library holds them; an HTTP/1 request in progress counts as one. Not through our own
/// list: the library frees its connection before a TLS socket has sent its farewell.
std::int64_t open_streams(const FrontendCore& core) {
  std::int64_t streams = 0;
  const h2o_linklist_t* anchor = &core.context.http2._conns;
  for (const h2o_linklist_t* node = anchor->next; node != anchor; node = node->next) {
    streams += static_cast<std::int64_t>(kh_size(H2O_STRUCT_FROM_MEMBER(h2o_http2_conn_t, _conns, node)->streams));
  }
  for (const Connection* connection : core.owner.connections) {
    if (!connection->guarded_http2) streams += connection->requests_open;
  }
  return streams;
}

/// Ends the HTTP/1 connections that wait for nothing: they hear nothing of a shutdown from the library. One whose next
/// request has begun to arrive, and a tunnel, may go on until the deadline; one that never asked for anything (a
/// handshake, a browser's spare connection) gets `grace`.
void end_idle_http1(const FrontendCore& core, bool grace_is_over) {
  for (Connection* connection : core.owner.connections) {
    const bool idle = connection->requests_open == 0 && connection->socket->input->size == 0;
    const bool fresh = connection->requests == 0;
    if (connection->guarded_http2 || connection->upgraded || !idle) continue;
    if (!fresh || grace_is_over) connection->shut_down();
  }
}

}  // namespace

struct Frontend::Impl {
  Impl(EventLoop& event_loop, FrontendOptions options) : core(event_loop, std::move(options)) {}

  FrontendCore core;
  std::vector<std::unique_ptr<Listener>> listeners;
  int ticks_drained = 0;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // for the loop's ticker, which outlives us

  void tick() {
    core.options.counters->streams.store(open_streams(core), std::memory_order_relaxed);
    for (const auto& listener : listeners) listener->resume();
    if (core.draining) end_idle_http1(core, ++ticks_drained > fresh_connection_grace_ticks);
  }
};

Frontend::Frontend(EventLoop& loop, FrontendOptions options) : impl_(std::make_unique<Impl>(loop, std::move(options))) {
  FrontendCore& core = impl_->core;
  h2o_accept_ctx_t plaintext{};
  plaintext.ctx = &core.context;
  plaintext.hosts = core.global.hosts;
  LiveCounters scratch;  // the proof's connection is nobody's
  ConnectionOwner prover;
  prover.counters = &scratch;
  if (const auto proof = prove_interposition(loop.get(), plaintext, prover); !proof)
    throw std::runtime_error(proof.error().message);

  loop.every(tick_interval, [impl = impl_.get(), alive = std::weak_ptr<bool>(impl_->alive)] {
    if (alive.lock()) impl->tick();
  });
}

Frontend::~Frontend() = default;

void Frontend::use_rules(std::shared_ptr<const push::WorkerRules> rules) {
  impl_->core.rules = std::move(rules);
}

void Frontend::listen(std::vector<ListeningSocket> sockets) {
  FrontendCore& core = impl_->core;
  for (ListeningSocket& socket : sockets) {
    const config::Listen& listen = core.config->listen.at(socket.listen);
    const tls::ServerContext* tls = core.options.tls.at(socket.listen).get();
    impl_->listeners.push_back(std::make_unique<Listener>(core, std::move(socket.fd), listen, tls));
  }
}

void Frontend::drain() {
  FrontendCore& core = impl_->core;
  if (std::exchange(core.draining, true)) return;
  for (const auto& listener : impl_->listeners) listener->stop();
  h2o_context_request_shutdown(&core.context);
  end_idle_http1(core, false);
}

bool Frontend::drained() const {
  const FrontendCore& core = impl_->core;
  return core.draining && core.owner.connections.empty() &&
         !h2o_timeout_is_linked(const_cast<h2o_timeout_entry_t*>(&core.context.http2._graceful_shutdown_timeout));
}

void Frontend::close_all() {
  for (Connection* connection : impl_->core.owner.connections) connection->shut_down();
}

}  // namespace outrider::http
