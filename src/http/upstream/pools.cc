// SPDX-License-Identifier: MIT
#include "http/upstream/pools.h"

#include <algorithm>

namespace outrider::http {
namespace upstream {

std::shared_ptr<Backend> Pools::backend(Protocol protocol, const config::Upstream& upstream) {
  std::string names;
  for (const config::UpstreamServer& server : upstream.servers) names += server.text + "\n";
  const auto [first, last] = backends_.equal_range(names);
  for (auto at = first; at != last; ++at) {
    auto known = at->second.backend.lock();
    if (known && at->second.protocol == protocol && known->limits() == upstream) return known;
  }
  std::erase_if(backends_, [](const auto& entry) { return entry.second.backend.expired(); });
  // Not make_shared: what remembers a backend would keep its memory.
  std::shared_ptr<Backend> made(new Backend(upstream, timeouts_, resolver_, counters_));
  backends_.emplace(std::move(names), Entry{protocol, made});
  return made;
}

std::size_t Pools::size() const {
  return static_cast<std::size_t>(std::count_if(backends_.begin(), backends_.end(),
                                                [](const auto& entry) { return !entry.second.backend.expired(); }));
}

}  // namespace upstream

UpstreamPools::UpstreamPools(EventLoop& loop, LiveCounters& counters)
    : pools_(std::make_unique<upstream::Pools>(loop.get(), counters)) {}

UpstreamPools::~UpstreamPools() = default;

std::size_t UpstreamPools::size() const {
  return pools_->size();
}

}  // namespace outrider::http
