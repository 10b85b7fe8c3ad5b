// SPDX-License-Identifier: MIT
// Which server of an upstream is asked next: round robin, and a server that failed several times in a row rests for a
// while. What a request sees is the only probe (passive health). It belongs to the worker's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace outrider::http::upstream {

class ServerSet {
 public:
  /// `max_failures` 0: no server ever rests.
  ServerSet(std::size_t servers, std::uint32_t max_failures, std::chrono::milliseconds rest);

  /// The next server in turn that neither rests nor was tried already; if all of those left rest, the one whose last
  /// failure is the longest ago. Nothing once all were tried. `tried` has one entry for each server.
  std::optional<std::size_t> pick(SteadyTime now, const std::vector<bool>& tried);

  void succeeded(std::size_t server);
  /// True if this failure sends the server to rest.
  bool failed(std::size_t server, SteadyTime now);
  bool resting(std::size_t server, SteadyTime now) const;
  std::size_t size() const { return servers_.size(); }

 private:
  struct Server {
    std::uint32_t failures = 0;  // in a row
    SteadyTime last_failure{};
  };

  std::vector<Server> servers_;
  const std::uint32_t max_failures_;
  const std::chrono::milliseconds rest_;
  std::size_t next_ = 0;
};

}  // namespace outrider::http::upstream
