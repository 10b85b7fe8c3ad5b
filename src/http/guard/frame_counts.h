// SPDX-License-Identifier: MIT
// How often a client did what costs us more than it costs the client, within the last ten seconds. Pure: the caller
// brings the time.
#pragma once

#include <cstdint>

#include "config/config.h"

namespace outrider::http {

class FrameCounts {
 public:
  static constexpr std::uint64_t window_ms = 10'000;

  /// These return false once the count within the window is past the limit.

  /// Resets of its own streams by the client (CVE-2023-44487).
  bool reset_by_client(std::uint64_t now_ms, const config::Limits& limits) {
    return resets_.add(now_ms, 1) <= limits.resets_per_10s;
  }
  /// Stream errors that it provokes (CVE-2025-8671).
  bool stream_errors(std::uint64_t now_ms, std::uint64_t count, const config::Limits& limits) {
    return errors_.add(now_ms, count) <= limits.resets_per_10s;
  }
  /// A frame that neither asks for anything nor brings anything. What belongs to requests (priorities) and to reading
  /// their responses (WINDOW_UPDATE) is allowed for by how many and how large they were.
  bool idle_frame(std::uint64_t now_ms, const config::Limits& limits) {
    return idle_frames_.add(now_ms, 1) <= limits.frames_per_10s + frames_for_request * requests_.add(now_ms, 0) +
                                              sent_.add(now_ms, 0) / bytes_for_frame;
  }
  void request_by_client(std::uint64_t now_ms) { requests_.add(now_ms, 1); }
  /// Bytes written to the client.
  void sent(std::uint64_t now_ms, std::uint64_t bytes) { sent_.add(now_ms, bytes); }

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

  static constexpr std::uint64_t frames_for_request = 4;
  /// A DATA frame with an event of a few bytes may be answered by two WINDOW_UPDATEs.
  static constexpr std::uint64_t bytes_for_frame = 16;

  Window resets_;
  Window errors_;
  Window idle_frames_;
  Window requests_;
  Window sent_;
};

}  // namespace outrider::http
