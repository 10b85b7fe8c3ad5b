// SPDX-License-Identifier: MIT
// One configuration served on one worker's loop: listeners, sites, routes, delivery. src/app makes one per worker,
// gives it rules and, in the end, drains it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "config/config.h"
#include "http/event_loop.h"
#include "push/record.h"
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
  std::atomic<std::uint64_t> early_hints_total{0};
  std::atomic<std::uint64_t> connections_cut{0};      // by the guard
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

struct FrontendOptions {
  std::shared_ptr<const config::Config> config;
  /// One for each entry of config->listen; null where it is plaintext.
  std::vector<std::shared_ptr<const tls::ServerContext>> tls;
  std::array<std::uint8_t, 16> bucket_key{};
  push::Observer* observer = nullptr;  // outlives the frontend
  /// Tell the observer of every request; else of those alone that hints were decided for.
  bool observe_every_request = true;
  LiveCounters* counters = nullptr;  // likewise
  /// Told what is being served before anything of ours or the library's can go wrong: for the death notice.
  std::function<void(std::string_view phase, std::string_view rule, std::string_view path)> progress;
};

class Frontend {
 public:
  /// Throws std::runtime_error where libh2o would run unguarded (guard/interpose.h): a fault of the build, not of the
  /// operator's files.
  Frontend(EventLoop& loop, FrontendOptions options);
  ~Frontend();
  Frontend(const Frontend&) = delete;
  Frontend& operator=(const Frontend&) = delete;

  void use_rules(std::shared_ptr<const push::WorkerRules> rules);
  void listen(std::vector<ListeningSocket> sockets);
  /// Stops accepting, tells clients (GOAWAY, Connection: close) and lets requests in flight finish.
  void drain();
  /// True once drained: no connection is left and the library has let go.
  bool drained() const;
  /// Cuts every connection that is left.
  void close_all();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrider::http
