// SPDX-License-Identifier: MIT
#include "http/upstream/backend.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"

namespace outrider::http::upstream {
namespace {

constexpr unsigned complaints_per_window = 20;
constexpr std::chrono::seconds complaint_window{10};
constexpr std::size_t longest_complaint = 1'000;

}  // namespace

Backend::Backend(const config::Upstream& upstream, Timeouts& timeouts, Resolver& resolver, LiveCounters& counters)
    : upstream_(upstream),
      timeouts_(timeouts),
      resolver_(resolver),
      counters_(counters),
      servers_(upstream.servers.size(), upstream.max_failures, std::chrono::milliseconds(upstream.rest_ms)) {
  for (std::size_t i = 0; i != upstream_.servers.size(); ++i) {
    idle_.push_back(
        std::make_unique<IdleConnections>(timeouts_, upstream_.keepalive_connections, upstream_.keepalive_timeout_ms));
  }
}

std::optional<std::size_t> Backend::pick(const std::vector<bool>& tried) {
  return servers_.pick(std::chrono::steady_clock::now(), tried);
}

void Backend::failed(std::size_t server, std::string_view cause) {
  if (!servers_.failed(server, std::chrono::steady_clock::now()) || servers_.size() == 1) return;
  log::warning("upstream {} rests for {} ms after {} failures in a row, the last: {}", name(server), upstream_.rest_ms,
               upstream_.max_failures, cause);
}

void Backend::complain(std::size_t server, std::string_view text) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now >= complaints_since_ + complaint_window) {
    if (complaints_ > complaints_per_window) {
      log::warning("{}: {} more lines on standard error left out", name(server), complaints_ - complaints_per_window);
    }
    complaints_since_ = now;
    complaints_ = 0;
  }
  for (std::string_view line : split(text, '\n')) {
    if (++complaints_ > complaints_per_window) continue;
    std::string clean(line.substr(0, longest_complaint));
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    log::warning("{}: {}", name(server), clean);
  }
}

}  // namespace outrider::http::upstream
