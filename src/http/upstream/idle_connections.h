// SPDX-License-Identifier: MIT
// Connections to one server that wait for the next request. Each is watched: one that is closed or speaks unasked is
// dropped at once. The youngest is taken first, so that those that are too many grow old and go. On the worker's
// thread.
#pragma once

#include <list>
#include <memory>

#include "http/timer.h"
#include "http/upstream/connection.h"

namespace outrider::http::upstream {

class IdleConnections {
 public:
  IdleConnections(Timeouts& timeouts, std::size_t most, std::uint32_t keepalive_timeout_ms)
      : timeouts_(timeouts), most_(most), keepalive_timeout_ms_(keepalive_timeout_ms) {}

  /// A connection that was alive a moment ago, or nullptr.
  std::unique_ptr<Connection> take();
  /// Keeps it, unless there are enough.
  void keep(std::unique_ptr<Connection> connection);
  std::size_t size() const { return idle_.size(); }

 private:
  struct Idle final : Connection::Listener {
    Idle(IdleConnections& owner, std::unique_ptr<Connection> idle);
    void on_readable() override { owner_.drop(*this); }
    void on_written(bool) override {}

    IdleConnections& owner_;
    std::unique_ptr<Connection> connection_;
    Timer timer_;
  };

  void drop(Idle& idle);

  Timeouts& timeouts_;
  const std::size_t most_;
  const std::uint32_t keepalive_timeout_ms_;
  std::list<Idle> idle_;  // the youngest last
};

}  // namespace outrider::http::upstream
