// SPDX-License-Identifier: MIT
// The servers behind routes that name the same upstream, on one worker: who is next, what connections wait, which
// limits hold. Both kinds of upstream stand on it. It outlives every transaction with them, and points into no
// configuration.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "http/upstream/connector.h"
#include "http/upstream/idle_connections.h"
#include "http/upstream/server_set.h"

namespace outrider::http::upstream {

class Backend {
 public:
  /// What is passed by reference outlives it.
  Backend(const config::Upstream& upstream, Timeouts& timeouts, Resolver& resolver, LiveCounters& counters);
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const config::Upstream& limits() const { return upstream_; }
  std::string_view name(std::size_t server) const { return upstream_.servers[server].text; }
  ConnectorContext connector_context() { return {timeouts_, resolver_, counters_, upstream_.connect_timeout_ms}; }
  const config::UpstreamServer& server(std::size_t index) const { return upstream_.servers[index]; }
  Timeouts& timeouts() { return timeouts_; }
  IdleConnections& idle(std::size_t server) { return *idle_[server]; }

  std::optional<std::size_t> pick(const std::vector<bool>& tried);
  void succeeded(std::size_t server) { servers_.succeeded(server); }
  /// Counts against the server, and logs it when it is sent to rest.
  void failed(std::size_t server, std::string_view cause);
  /// What an application wrote to its standard error, for the log; more than a few lines a second are counted instead.
  void complain(std::size_t server, std::string_view text);

 private:
  const config::Upstream upstream_;
  Timeouts& timeouts_;
  Resolver& resolver_;
  LiveCounters& counters_;
  ServerSet servers_;
  std::vector<std::unique_ptr<IdleConnections>> idle_;
  SteadyTime complaints_since_{};
  unsigned complaints_ = 0;
};

}  // namespace outrider::http::upstream
