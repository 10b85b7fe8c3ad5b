// SPDX-License-Identifier: MIT
#include "http/upstream/idle_connections.h"

#include <utility>

namespace outrider::http::upstream {

IdleConnections::Idle::Idle(IdleConnections& owner, std::unique_ptr<Connection> idle)
    : owner_(owner), connection_(std::move(idle)), timer_(owner.timeouts_, [this] { owner_.drop(*this); }) {
  connection_->set_listener(this);
  connection_->watch();
  timer_.start(owner.keepalive_timeout_ms_);
}

std::unique_ptr<Connection> IdleConnections::take() {
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle_.back().connection_);
    idle_.pop_back();
    connection->set_listener(nullptr);
    connection->unwatch();
    // The server may have closed it in this very turn of the loop.
    if (connection->quiet()) return connection;
  }
  return nullptr;
}

void IdleConnections::keep(std::unique_ptr<Connection> connection) {
  if (idle_.size() < most_) idle_.emplace_back(*this, std::move(connection));
}

void IdleConnections::drop(Idle& idle) {
  idle_.remove_if([&](const Idle& other) { return &other == &idle; });
}

}  // namespace outrider::http::upstream
