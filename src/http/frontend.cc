// SPDX-License-Identifier: MIT
#include "http/frontend.h"

#include <stdexcept>
#include <utility>

#include "base/check.h"
#include "http/core.h"
#include "http/descriptors.h"
#include "http/farewell.h"
#include "http/guard/interpose.h"
#include "http/listener.h"
#include "http/rehearsal.h"

namespace outrider::http {
namespace {

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

/// How this program was linked does not change, so it is tried once, on the loop of the first frontend, which does not
/// run yet.
void require_guard(FrontendCore& core) {
  static const Result<void> proof = [&] {
    h2o_accept_ctx_t plaintext{};
    plaintext.ctx = &core.context;
    plaintext.hosts = core.global.hosts;
    LiveCounters scratch;  // the proof's connection is nobody's
    ConnectionOwner prover;
    prover.counters = &scratch;
    return prove_interposition(core.loop.get(), plaintext, prover);
  }();
  if (!proof) throw std::runtime_error(proof.error().message);
}

}  // namespace

struct Frontend::Impl {
  Impl(EventLoop& event_loop, FrontendOptions options) : core(event_loop, std::move(options)) {
    require_guard(core);
    ticker.entry.cb = on_tick;
    ticker.impl = this;
    h2o_timeout_link(core.loop.get(), &core.context.hundred_ms_timeout, &ticker.entry);
  }

  ~Impl() {
    h2o_timeout_unlink(&ticker.entry);
    count_streams(0);
  }

  static void on_tick(h2o_timeout_entry_t* entry) {
    Impl& impl = *reinterpret_cast<Ticker*>(entry)->impl;
    h2o_timeout_link(impl.core.loop.get(), &impl.core.context.hundred_ms_timeout, entry);
    impl.count_streams(open_streams(impl.core));
    for (const auto& listener : impl.listeners) listener->resume();
    impl.core.owner.log.flush(h2o_now(impl.core.loop.get()));
    if (impl.core.draining) take_leave(impl.core, impl.farewell);
    if (impl.closing) cut_all(impl.core);
  }

  /// The counter is the sum over the worker's frontends.
  void count_streams(std::int64_t now_open) {
    count(core.options.counters->streams, now_open - std::exchange(streams_counted, now_open));
  }

  /// The library hands back a pointer to its entry: as first member of a plain struct it is one to the whole.
  struct Ticker {
    h2o_timeout_entry_t entry;
    Impl* impl;
  };

  FrontendCore core;
  std::vector<std::unique_ptr<Listener>> listeners;
  Ticker ticker{};
  std::int64_t streams_counted = 0;
  Farewell farewell;
  bool closing = false;
};

Result<void> Frontend::can_be_made(std::size_t how_many) {
  const auto reserve = reserve_descriptors(how_many * descriptors_per_context);
  if (!reserve) return tl::unexpected(reserve.error());
  return {};
}

Frontend::Frontend(EventLoop& loop, FrontendOptions options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}

Frontend::~Frontend() {
  CHECK(connections() == 0);
}

void Frontend::use_rules(std::shared_ptr<const push::WorkerRules> rules) {
  impl_->core.use_rules(std::move(rules));
}

void Frontend::use_tls(std::vector<std::shared_ptr<const tls::ServerContext>> tls) {
  FrontendCore& core = impl_->core;
  CHECK(tls.size() == core.config->listen.size());
  core.tls = std::move(tls);
  for (const auto& listener : impl_->listeners) listener->renew_tls();
}

void Frontend::use_switches(std::shared_ptr<const push::Switches> switches) {
  if (switches != nullptr && switches->empty()) switches = nullptr;
  impl_->core.switches = std::move(switches);
}

void Frontend::listen(std::vector<ListeningSocket> sockets) {
  for (ListeningSocket& socket : sockets) {
    impl_->listeners.push_back(std::make_unique<Listener>(impl_->core, std::move(socket.fd), socket.listen));
  }
}

void Frontend::take_over(Frontend& old, const std::vector<std::optional<std::size_t>>& listen_of) {
  FrontendCore& core = impl_->core;
  FrontendCore& from = old.impl_->core;
  CHECK(&core.loop == &from.loop && listen_of.size() == from.config->listen.size());

  const std::vector<Connection*> open(from.owner.connections.begin(), from.owner.connections.end());
  for (Connection* connection : open) {
    if (connection->speaks_http) continue;
    const auto target = listen_of[static_cast<std::size_t>(&connection->listen() - from.config->listen.data())];
    if (target) connection->move_to(core.owner, core.config->listen.at(*target));
  }
  std::vector<std::unique_ptr<Listener>> gone;
  for (auto& listener : old.impl_->listeners) {
    if (const auto target = listen_of[listener->listen_index()]) {
      listener->move_to(core, *target);
      if (core.draining) listener->stop();
      impl_->listeners.push_back(std::move(listener));
    } else {
      listener->retire();
      gone.push_back(std::move(listener));
    }
  }
  old.impl_->listeners = std::move(gone);
}

void Frontend::drain(Leave leave) {
  FrontendCore& core = impl_->core;
  if (!std::exchange(core.draining, true)) {
    for (const auto& listener : impl_->listeners) listener->stop();
    core.context.shutdown_requested = 1;  // HTTP/1 responses say "Connection: close" from now on
    impl_->farewell = {leave, h2o_now(core.loop.get())};
  }
  if (leave == Leave::soon) impl_->farewell.leave = leave;
  take_leave(core, impl_->farewell);
}

bool Frontend::drained() const {
  return impl_->core.draining && connections() == 0;
}

void Frontend::close_all() {
  impl_->closing = true;
  cut_all(impl_->core);
}

std::size_t Frontend::connections() const {
  return impl_->core.owner.connections.size();
}

Rehearsal Frontend::rehearsal() const {
  return Rehearsal(impl_->core);
}

}  // namespace outrider::http
