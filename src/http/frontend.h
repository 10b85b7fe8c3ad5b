// SPDX-License-Identifier: MIT
// One configuration served on one worker's loop: listeners, sites, routes, delivery. src/app makes one per worker and
// configuration, gives it rules and, in the end, drains it. Several live side by side: a new one takes over the
// listeners of the old one, which serves its open connections to their end. All on the loop's thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "config/config.h"
#include "http/event_loop.h"
#include "http/guard/defence.h"
#include "push/knowledge.h"
#include "push/recent.h"
#include "push/record.h"
#include "push/switches.h"
#include "push/worker_rules.h"
#include "tls/context.h"

namespace outrider::http {

/// Counted by one worker, read by any thread.
struct LiveCounters {
  std::atomic<std::int64_t> connections{0};  // open now
  std::atomic<std::int64_t> streams{0};      // HTTP/2 streams and HTTP/1 requests in progress, pushes included
  std::atomic<std::int64_t> requests{0};     // requests that have begun and not ended: pushes included
  std::atomic<std::uint64_t> connections_total{0};
  std::atomic<std::uint64_t> requests_total{0};
  std::atomic<std::uint64_t> pushes_total{0};
  std::atomic<std::uint64_t> pushes_failed_total{0};  // answered by an error, and so taken back
  std::atomic<std::uint64_t> early_hints_total{0};
  std::atomic<std::uint64_t> connections_cut{0};      // by the guard
  std::array<std::atomic<std::uint64_t>, defences.size()> defended{};  // by Defence, cut or not
  std::atomic<std::uint64_t> client_cookies_good{0};  // of ours that clients brought
  std::atomic<std::uint64_t> client_cookies_rejected{0};
  std::atomic<std::int64_t> upstream_connections{0};  // open now, idle ones too
};

/// Adds to a counter of one's own: with a single writer no locked instruction is needed.
template <class Number>
void count(std::atomic<Number>& counter, std::int64_t by) {
  counter.store(counter.load(std::memory_order_relaxed) + static_cast<Number>(by), std::memory_order_relaxed);
}

/// A socket to accept from, with the TLS context of its listener (null for plaintext). `listen` is an index into
/// Config::listen.
struct ListeningSocket {
  UniqueFd fd;
  std::size_t listen = 0;
};

namespace upstream {
class Pools;
}

/// Upstream connections, health and round robin of one worker, kept across configurations: routes that name the same
/// upstream (config::Upstream equal) share one. One per worker; outlives its frontends, and its loop outlives it.
class UpstreamPools {
 public:
  explicit UpstreamPools(EventLoop& loop, LiveCounters& counters);
  ~UpstreamPools();
  UpstreamPools(const UpstreamPools&) = delete;
  UpstreamPools& operator=(const UpstreamPools&) = delete;

  /// For the route handlers.
  upstream::Pools& inside() { return *pools_; }
  /// Upstreams that some frontend uses.
  std::size_t size() const;

 private:
  std::unique_ptr<upstream::Pools> pools_;
};

struct FrontendOptions {
  std::shared_ptr<const config::Config> config;
  /// One for each entry of config->listen; null where it is plaintext.
  std::vector<std::shared_ptr<const tls::ServerContext>> tls;
  push::Observer* observer = nullptr;  // outlives the frontend
  /// Tell the observer of every request; else of those alone that hints were decided for.
  bool observe_every_request = true;
  LiveCounters* counters = nullptr;      // likewise; one for all frontends of a worker
  UpstreamPools* upstreams = nullptr;    // likewise; null: of its own
  push::Knowledge* knowledge = nullptr;  // likewise
  /// What rules were asked for and what became of it is noted here; likewise; null: nowhere.
  push::RecentRequests* recent = nullptr;
  /// The health path answers 503 while it is false. Outlives the frontend; null: 503 while the frontend drains.
  const std::atomic<bool>* healthy = nullptr;
  /// Told what is being served before anything of ours or the library's can go wrong: for the death notice.
  std::function<void(std::string_view phase, std::string_view rule, std::string_view path)> progress;
};

class Rehearsal;

/// How a frontend that drains treats HTTP/1 connections that wait for nothing.
enum class Leave {
  soon,    // ends them at once
  gently,  // gives them some seconds for a request that may be on its way: its response says "Connection: close"
};

class Frontend {
 public:
  /// Whether there are descriptors for this many frontends right now, found by opening as many. What they are short of
  /// is said in the error. It may be otherwise a moment later: connections that come meanwhile take descriptors, too.
  static Result<void> can_be_made(std::size_t how_many);

  /// Throws std::runtime_error where libh2o would run unguarded (guard/interpose.h), which is a fault of the build and
  /// not of the operator's files; and where there are no descriptors for it, with the words of `can_be_made`. Between
  /// that look and the library's own use of them another thread may take them: then the library ends the process.
  Frontend(EventLoop& loop, FrontendOptions options);
  /// Every connection must be gone: drained(), or never begun. May run from anywhere on the loop's thread but from this
  /// frontend's own callbacks.
  ~Frontend();
  Frontend(const Frontend&) = delete;
  Frontend& operator=(const Frontend&) = delete;

  /// Requests that begin from now on are decided by these; `sets` are by the index of our configuration's sites.
  void use_rules(std::shared_ptr<const push::WorkerRules> rules);
  /// New handshakes use these; one for each entry of config->listen, null where it is plaintext. Connections that are
  /// open keep theirs.
  void use_tls(std::vector<std::shared_ptr<const tls::ServerContext>> tls);
  /// What an operator has switched off; null: nothing.
  void use_switches(std::shared_ptr<const push::Switches> switches);

  void listen(std::vector<ListeningSocket> sockets);
  /// Takes over listeners from a frontend of another configuration on the same loop, with what waits in their sockets
  /// and the connections that have not finished their TLS handshake or PROXY header: they land here and follow our
  /// configuration. `listen_of[i]` is the index in our Config::listen of what is entry i of the old frontend's
  /// Config::listen, or nothing where it is gone: such a listener accepts what already waits in its socket, for the
  /// old frontend, then stops. Connections that speak HTTP stay with the old frontend; drain it next.
  void take_over(Frontend& old, const std::vector<std::optional<std::size_t>>& listen_of);

  /// Stops accepting, tells clients (GOAWAY, Connection: close) and lets requests in flight finish. Once draining
  /// `soon` it does not become gentle any more; the other way round it hurries.
  void drain(Leave leave);
  /// True once drained: no connection is left.
  bool drained() const;
  /// Cuts every connection that is left, whatever it waits for: soon after there is none.
  void close_all();
  /// Open ones that belong to this frontend.
  std::size_t connections() const;

  /// What requests are decided with just now, for one that nobody sends. Valid during this turn of the loop.
  Rehearsal rehearsal() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrider::http
