// SPDX-License-Identifier: MIT
#include "push/budget.h"

#include <algorithm>
#include <cmath>

namespace outrider::push {
namespace {

using std::chrono::microseconds;

/// Of a connection whose window is not known: ten segments (RFC 6928).
constexpr std::uint64_t usual_window = 14'600;
/// On a shorter way the round trip is no measure: the machine's own, or a local network's.
constexpr microseconds least_rtt{1'000};
constexpr double most_doublings = 3;
constexpr double share = 0.8;
/// Bytes per second of a link that has not shown more: 1 Mbit/s.
constexpr double believed_rate = 125'000;
constexpr double bearable_delay_s = 1.0 / 32;
constexpr int overdue_share = 32;
constexpr double most_times_delivered = 8;
constexpr std::uint64_t segment_bytes = 1'448;
/// What is written later than that is hardly acknowledged when the page comes.
constexpr double room_round_trips = 1.25;
constexpr microseconds worth_a_103{10'000};

double seconds(microseconds time) {
  return std::chrono::duration<double>(std::max(time, microseconds(0))).count();
}

double window_of(const Link& link) {
  return static_cast<double>(link.cwnd_bytes != 0 ? link.cwnd_bytes : usual_window);
}

double rtt_of(const Link& link) {
  return seconds(std::max(link.rtt, least_rtt));
}

/// Downwards; numbers that no kernel would report do not overflow.
std::uint64_t whole(double bytes) {
  constexpr double most = 1e18;
  return static_cast<std::uint64_t>(std::clamp(bytes, 0.0, most));
}

double least_rtt_of(const Transit& transit) {
  return transit.least_rtt.count() > 0 ? seconds(std::max(transit.least_rtt, least_rtt)) : rtt_of(transit.link);
}

/// What the kernel measured, at most so many times: a flight of W bytes takes rtt + W / rate, of which the kernel makes
/// W / rtt.
double most_times(const Transit& transit) {
  const double rtt = rtt_of(transit.link);
  return rtt / std::max(rtt - least_rtt_of(transit), rtt / most_times_delivered);
}

double rate_of(const Transit& transit) {
  double delivered = static_cast<double>(transit.bytes_per_second);
  if (transit.bytes_per_second == 0 || transit.rate_is_floor) delivered = std::max(delivered, believed_rate);
  const double shown = std::min(static_cast<double>(transit.acked_bytes_per_second), delivered * most_times(transit));
  return std::max(delivered, shown);
}

}  // namespace

std::uint64_t budget_of(const Link& link, std::optional<microseconds> think_time) {
  const double think = seconds(think_time.value_or(microseconds(0)));
  const double doublings = std::min(think / rtt_of(link), most_doublings);
  return whole(window_of(link) * (std::exp2(doublings + 2) - 1));
}

std::optional<std::uint64_t> promise_room(const Link& link, std::optional<microseconds> think_time,
                                          std::optional<std::uint64_t> page_bytes) {
  if (!page_bytes || seconds(think_time.value_or(microseconds(0))) >= room_round_trips * rtt_of(link)) return {};
  const std::uint64_t window = whole(window_of(link));
  // With its head, frames and records.
  const auto at_least = [](std::uint64_t body) { return body + body / 40 + 200; };
  const auto at_most = [](std::uint64_t body) { return body + body / 32 + 400; };
  if (*page_bytes > window || at_least(*page_bytes) > window) return {};
  const std::uint64_t room = window - std::min(at_most(*page_bytes), window);
  return room / segment_bytes * segment_bytes;
}

Budget budget_of_page(const PageSituation& page, const Spending& spent) {
  Budget budget;
  budget.allowed = page.allowed_bytes;
  // What this page has promised is among it.
  const std::uint64_t elsewhere = page.open_bytes - std::min(spent.bytes(), page.open_bytes);
  if (!page.link) {
    budget.within_limits_only = true;
    budget.open_elsewhere = elsewhere;
    return budget;
  }
  const std::uint64_t carried = budget_of(*page.link, page.think_time);
  budget.carried = carried - std::min(elsewhere, carried);
  budget.ahead = promise_room(*page.link, page.think_time, page.page_bytes);
  return budget;
}

bool is_at_hand(bool answers_at_once, std::optional<microseconds> think_time) {
  return answers_at_once || (think_time && *think_time < worth_a_103);
}

microseconds think_left(std::optional<microseconds> think_time, microseconds elapsed) {
  elapsed = std::max(elapsed, microseconds(0));
  return std::max(think_time.value_or(microseconds(0)) - elapsed, elapsed / overdue_share);
}

std::uint64_t page_room(std::optional<std::uint64_t> page_bytes, std::uint64_t window_when_asked) {
  if (!page_bytes) return window_when_asked;
  const std::uint64_t bytes = std::min(*page_bytes, window_when_asked);
  return std::min(bytes + bytes / 32 + segment_bytes, window_when_asked);
}

std::uint64_t grant(const Transit& transit, const ComingPage& page) {
  const double window = window_of(transit.link);
  const double rate = rate_of(transit);
  double allowed = 0;
  if (page.left) {
    const double left = seconds(*page.left);
    const double rtt = least_rtt_of(transit);
    const double room = left < room_round_trips * rtt ? static_cast<double>(page.room_bytes) : 0;
    const double busy = rate * (rtt + std::max(bearable_delay_s, rtt / 2));
    allowed = std::min({window - room, busy, share * rate * left});
  } else {
    allowed = std::min(share * window, bearable_delay_s * rate);
  }
  const std::uint64_t most = whole(allowed);
  const std::uint64_t granted = most - std::min(most, transit.queued_bytes);
  return granted < segment_bytes && transit.queued_bytes != 0 ? 0 : granted;
}

}  // namespace outrider::push
