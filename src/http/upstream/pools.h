// SPDX-License-Identifier: MIT
// The upstreams of one worker, across its configurations. Route handlers share a backend with every route that names an
// equal upstream, also with those of a configuration that is being drained; one that no handler holds any more is gone,
// and its idle connections with it. Nothing here points into a frontend. On the worker's thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "http/upstream/backend.h"

namespace outrider::http::upstream {

/// What is spoken on an upstream's connections: those that are kept open cannot be shared between two.
enum class Protocol { http, fastcgi };

class Pools {
 public:
  Pools(h2o_loop_t* loop, LiveCounters& counters) : timeouts_(loop), resolver_(loop), counters_(counters) {}
  Pools(const Pools&) = delete;
  Pools& operator=(const Pools&) = delete;

  /// The backend of this upstream, made where there is none. It must not outlive the pools.
  std::shared_ptr<Backend> backend(Protocol protocol, const config::Upstream& upstream);
  std::size_t size() const;

 private:
  struct Entry {
    Protocol protocol;
    std::weak_ptr<Backend> backend;
  };

  Timeouts timeouts_;
  Resolver resolver_;
  LiveCounters& counters_;
  std::unordered_multimap<std::string, Entry> backends_;  // by the names of their servers
};

}  // namespace outrider::http::upstream
