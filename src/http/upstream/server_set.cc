// SPDX-License-Identifier: MIT
#include "http/upstream/server_set.h"

namespace outrider::http::upstream {

ServerSet::ServerSet(std::size_t servers, std::uint32_t max_failures, std::chrono::milliseconds rest)
    : servers_(servers), max_failures_(max_failures), rest_(rest) {}

std::optional<std::size_t> ServerSet::pick(SteadyTime now, const std::vector<bool>& tried) {
  std::optional<std::size_t> rested_longest;
  for (std::size_t step = 0; step != servers_.size(); ++step) {
    const std::size_t candidate = (next_ + step) % servers_.size();
    if (tried[candidate]) continue;
    if (!resting(candidate, now)) {
      next_ = (candidate + 1) % servers_.size();
      return candidate;
    }
    if (!rested_longest || servers_[candidate].last_failure < servers_[*rested_longest].last_failure) {
      rested_longest = candidate;
    }
  }
  return rested_longest;
}

void ServerSet::succeeded(std::size_t server) {
  servers_[server].failures = 0;
}

bool ServerSet::failed(std::size_t server, SteadyTime now) {
  const bool rested = resting(server, now);
  Server& failing = servers_[server];
  if (failing.failures < max_failures_) ++failing.failures;
  failing.last_failure = now;
  return !rested && resting(server, now);
}

/// The count stays where it is when the rest is over: one more failure and the server rests again.
bool ServerSet::resting(std::size_t server, SteadyTime now) const {
  const Server& asked = servers_[server];
  return max_failures_ != 0 && asked.failures >= max_failures_ && now < asked.last_failure + rest_;
}

}  // namespace outrider::http::upstream
