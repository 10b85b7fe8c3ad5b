// SPDX-License-Identifier: MIT
#include "push/ack_rate.h"

#include <algorithm>

namespace outrider::push {
namespace {

constexpr double least_segments = 4;
constexpr double usual_segments = 2;  // of one acknowledgement
constexpr double least_s = 0.01;

}  // namespace

void AckRate::sample(std::chrono::microseconds now, const Acknowledged& total) {
  if (began_ && now <= last_) return;
  if (total.bytes < total_.bytes) count_ = 0;
  if (began_ && total.bytes > total_.bytes) {
    const Step step{last_, total_.bytes, total_.segments, best_until(now, total)};
    steps_[count_++ % remembered] = step;
  }
  began_ = true;
  last_ = now;
  total_ = total;
}

double AckRate::best_until(std::chrono::microseconds now, const Acknowledged& total) const {
  double best = 0;
  const auto look = [&](std::chrono::microseconds before, std::uint64_t bytes_before, std::uint32_t segments_before) {
    const auto bytes = static_cast<double>(total.bytes - bytes_before);
    const double acknowledgements = std::max<std::uint32_t>(total.segments - segments_before, 1);
    const double of_first = std::max(usual_segments * total.mss, bytes / acknowledgements);
    if (bytes < of_first + least_segments * total.mss) return;
    const double took_s = std::chrono::duration<double>(now - before).count();
    best = std::max(best, (bytes - of_first) / std::max(took_s, least_s));
  };
  look(last_, total_.bytes, total_.segments);
  for (std::size_t i = 0; i != std::min(count_, remembered); ++i) {
    look(steps_[i].before, steps_[i].bytes_before, steps_[i].segments_before);
  }
  return best;
}

std::uint64_t AckRate::bytes_per_second() const {
  double most = 0;
  for (std::size_t i = 0; i != std::min(count_, remembered); ++i) most = std::max(most, steps_[i].best);
  return static_cast<std::uint64_t>(most);
}

}  // namespace outrider::push
