// SPDX-License-Identifier: MIT
// How often a client did what costs us more than it costs the client, within the last ten seconds. Pure: the caller
// brings the time.
#pragma once

#include <cstdint>

namespace outrider::http {

struct FrameLimits {
  /// Resets of its own streams by the client (CVE-2023-44487), and stream errors it provokes (CVE-2025-8671), each.
  std::uint32_t resets_per_10s = 200;
  /// PRIORITY (RFC 9113 6.3) and PRIORITY_UPDATE (RFC 9218 7.1), beside two for each request.
  std::uint32_t priorities_per_10s = 2'000;
};

class FrameCounts {
 public:
  static constexpr std::uint64_t window_ms = 10'000;

  /// These return false once the count within the window is past the limit.
  bool reset_by_client(std::uint64_t now_ms, const FrameLimits& limits) {
    return resets_.add(now_ms, 1) <= limits.resets_per_10s;
  }
  bool stream_errors(std::uint64_t now_ms, std::uint64_t count, const FrameLimits& limits) {
    return errors_.add(now_ms, count) <= limits.resets_per_10s;
  }
  bool priority_by_client(std::uint64_t now_ms, const FrameLimits& limits) {
    return priorities_.add(now_ms, 1) <= limits.priorities_per_10s + 2 * requests_.add(now_ms, 0);
  }
  void request_by_client(std::uint64_t now_ms) { requests_.add(now_ms, 1); }

 private:
  /// Two halves of the window: what was counted in the one before still weighs in full, so a burst over the seam
  /// counts.
  struct Window {
    std::uint64_t half = 0;
    std::uint64_t current = 0;
    std::uint64_t previous = 0;

    std::uint64_t add(std::uint64_t now_ms, std::uint64_t count) {
      const std::uint64_t now_half = now_ms / (window_ms / 2);
      if (now_half != half) {
        previous = now_half == half + 1 ? current : 0;
        current = 0;
        half = now_half;
      }
      current += count;
      return current + previous;
    }
  };

  Window resets_;
  Window errors_;
  Window priorities_;
  Window requests_;
};

}  // namespace outrider::http
