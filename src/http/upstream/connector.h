// SPDX-License-Identifier: MIT
// From a configured server to an open connection: resolves its name and tries each address in turn, within one
// deadline. All on the worker's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/timer.h"
#include "http/upstream/connection.h"
#include "http/upstream/resolver.h"

namespace outrider::http::upstream {

/// What a connector needs, of those who own it.
struct ConnectorContext {
  Timeouts& timeouts;
  Resolver& resolver;
  LiveCounters& counters;
  std::uint32_t connect_timeout_ms;
};

class Connector final : Connection::Listener {
 public:
  /// Told once, never before `start` has returned control to its caller's caller: either may destroy the connector.
  class Listener {
   public:
    virtual void on_connected(std::unique_ptr<Connection> connection) = 0;
    /// `cause` says what failed at each address: "connection refused".
    virtual void on_connect_failed(std::string cause, bool timed_out) = 0;

   protected:
    ~Listener() = default;
  };

  Connector(const ConnectorContext& context, const config::UpstreamServer& server, Listener& listener);

  void start();

 private:
  void use(const Addresses& addresses);
  void try_next();
  bool begin(const Address& address);
  void note(const Address& address, std::string_view what);
  void give_up(bool timed_out);
  void on_readable() override {}
  void on_written(bool ok) override;

  const ConnectorContext context_;
  const config::UpstreamServer& server_;
  Listener& listener_;
  Timer deadline_;
  Timer soon_;  // carries failures that are there at once out of the caller's stack
  std::unique_ptr<Resolver::Question> question_;
  std::vector<Address> addresses_;
  std::size_t next_ = 0;
  std::unique_ptr<Connection> connection_;
  std::string causes_;
};

}  // namespace outrider::http::upstream
