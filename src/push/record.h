// SPDX-License-Identifier: MIT
// One finished request, as the access log and the counters see it. Views are valid during the call alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "push/plan.h"

namespace outrider::push {

struct DeliveryRecord {
  std::string_view url;
  std::string_view rule;  // name, or "application"
  How how;
  Reason reason;
  /// By a function or by the application: what the visitor sent may be in the URL.
  bool computed = false;
};

struct RequestRecord {
  std::string_view id, client, peer, host, method, target, protocol, referer, user_agent, site, upstream, error;
  std::string_view scheme;  // as rules saw it
  std::string_view mode;    // Sec-Fetch-Mode
  std::chrono::system_clock::time_point begun;
  std::chrono::microseconds duration{};
  int status = 0;                // 0: reset before there was one
  std::uint64_t bytes_sent = 0;  // of the body
  bool pushed = false;           // the request was a push of ours
  bool reset = false;            // ended before all bytes were sent
  bool early_hints = false;      // a 103 went out
  bool switched_off = false;     // hints that there may have been for it
  std::span<const DeliveryRecord> deliveries;
};

/// Told of everything that ends. Called on the worker's thread.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void request_ended(const RequestRecord& record) = 0;
  /// A rule's function failed or returned nonsense; the page was served.
  virtual void rule_failed(const Rule& rule, std::string_view error) = 0;
  /// What a rule says of an asset is not so, as its answer shows; it was corrected, or is not hinted.
  virtual void rule_mistaken(const Rule& rule, std::string_view mistake) = 0;
};

}  // namespace outrider::push
