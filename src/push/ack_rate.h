// SPDX-License-Identifier: MIT
// How fast a link is, told by the acknowledgements of one flight: behind a bottleneck they come one after another as
// fast as it carries what they acknowledge. The kernel's delivery rate counts a whole round trip, most of which passes
// in waiting while a connection is new; this counts only the time in which acknowledgements come. Pure; for one thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace outrider::push {

/// What the kernel has counted on a connection by now.
struct Acknowledged {
  std::uint64_t bytes = 0;     // of ours that the other end has (tcpi_bytes_acked)
  std::uint32_t segments = 0;  // that came from there, acknowledgements among them (tcpi_segs_in); may wrap
  std::uint32_t mss = 0;       // bytes
};

class AckRate {
 public:
  /// To be told each few milliseconds what the kernel says at `now`, on any clock that does not go back.
  void sample(std::chrono::microseconds now, const Acknowledged& total);

  /// Bytes per second, the most that any stretch of the last 32 samples with progress shows; 0 before there is one.
  ///
  /// A stretch of samples counts from four segments on, besides those of its first acknowledgement, and 10 ms at least.
  /// What the first one acknowledges was carried before the stretch and is not counted: two segments (RFC 9293
  /// 3.8.6.3), or more where acknowledgements stand for more on the average. So on a link of one rate that is never
  /// exceeded. Acknowledgements that were held up and then come all at once show more: grant() bounds that.
  std::uint64_t bytes_per_second() const;

 private:
  static constexpr std::size_t remembered = 32;

  /// Between the last sample before something was acknowledged, and the first after it.
  struct Step {
    std::chrono::microseconds before{0};
    std::uint64_t bytes_before = 0;
    std::uint32_t segments_before = 0;
    double best = 0;  // bytes per second of the stretches that end with it
  };

  /// Of the stretches that end now.
  double best_until(std::chrono::microseconds now, const Acknowledged& total) const;

  bool began_ = false;
  std::chrono::microseconds last_{0};
  Acknowledged total_;
  std::array<Step, remembered> steps_{};
  std::size_t count_ = 0;  // of all steps so far
};

}  // namespace outrider::push
