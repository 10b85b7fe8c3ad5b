// SPDX-License-Identifier: MIT
// How many bytes are pushed for a page, and when they may go. budget_of() decides what is promised at all: what the
// connection can carry until the page is ready and in the round trips behind it in which the client could not have
// asked yet. grant() decides when promised bytes may be written: while the page is being made the connection is kept
// busy, but never so full that the page would wait behind it. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "push/request.h"
#include "push/spending.h"

namespace outrider::push {

/// Bytes that may be promised for one page: window × (2^(n+2) − 1), where n is the think time in round trips, 3 at
/// most. Slow start sends window × (2^k − 1) in k round trips: n of them until the page is ready, one in which it
/// reaches the client, and one in which the client's own requests would have come. More than five are not counted on,
/// because a slow link ends slow start sooner. `think_time`: from the request to the head of the response, as it was
/// lately; nothing where it is not known.
std::uint64_t budget_of(const Link& link, std::optional<std::chrono::microseconds> think_time);

/// Bytes that promises may take ahead of a page that is due before they are acknowledged, as in grant(); nothing where
/// that does not matter. A page that fits in the window comes in one flight: if they leave it no room, its last segment
/// comes a round trip later. Counted in whole segments, as the kernel does. `page_bytes`: what the page's body has been
/// lately; where that is not known it does not matter, because few pages just fill the window.
std::optional<std::uint64_t> promise_room(const Link& link, std::optional<std::chrono::microseconds> think_time,
                                          std::optional<std::uint64_t> page_bytes);

/// What bounds the pushes of one page.
struct PageSituation {
  std::optional<std::uint64_t> allowed_bytes;           // by the site
  std::optional<Link> link;                             // nothing where nobody knows it
  std::optional<std::chrono::microseconds> think_time;  // nothing where it is not known, or the page is at hand
  std::optional<std::uint64_t> page_bytes;              // what its body has been lately
  std::uint64_t open_bytes = 0;                         // promised on the connection and not at its end
};

/// What may be promised for the page beside what it `spent` already: by its connection, where that is the client's own,
/// and by the site. What was promised for other pages and is still open has its part already: of what the connection
/// can carry, or, where nobody knows that, of what is allowed.
Budget budget_of_page(const PageSituation& page, const Spending& spent);

/// A page that comes sooner than in 10 ms is as soon as a 103 and what a browser makes of it.
bool is_at_hand(bool answers_at_once, std::optional<std::chrono::microseconds> think_time);

/// What an asset counts whose size is not known yet.
inline constexpr std::uint64_t assumed_bytes = 16 * 1024;

/// What the kernel says of a connection just now, and what its acknowledgements have shown.
struct Transit {
  Link link;
  std::uint64_t queued_bytes = 0;      // written and not acknowledged: on the way, and not sent yet
  std::uint64_t bytes_per_second = 0;  // delivery rate as measured lately; 0 = not known
  /// The rate is at least that: it was measured while there was nothing more to send (tcpi_delivery_rate_app_limited).
  bool rate_is_floor = false;
  std::chrono::microseconds least_rtt{0};    // seen lately (tcpi_min_rtt); 0 = not known
  std::uint64_t acked_bytes_per_second = 0;  // while acknowledgements came (AckRate); 0 = not known
};

/// The page that pushed bytes go ahead of.
struct ComingPage {
  /// Until it is ready; nothing while it is being streamed, and its next bytes come at any time.
  std::optional<std::chrono::microseconds> left;
  /// What is kept free for it in the congestion window: page_room().
  std::uint64_t room_bytes = 0;
};

/// Without pushes a page begins with the window that the connection had when it was asked for, and pushes must not make
/// that less. `page_bytes`: what the page's body has been lately; a segment is added for its head, and a part for the
/// frames and records around it. Where it is not known, all of that window.
std::uint64_t page_room(std::optional<std::uint64_t> page_bytes, std::uint64_t window_when_asked);

/// How long the page will still take when `elapsed` of it has passed. One that is overdue, or whose think time is not
/// known, is expected after another 1/32 of what has passed: what is pushed in that time delays it by no more than 3 %.
std::chrono::microseconds think_left(std::optional<std::chrono::microseconds> think_time,
                                     std::chrono::microseconds elapsed);

/// How many more pushed bytes may be written now, ahead of a page. To be asked again each 5 ms or so, less often once
/// the answer was nothing for some time: the link runs dry in between otherwise.
///
/// Queued then is at most the least of
///   0.8 × rate × left: the link has carried it when the page is ready, with a fifth to spare;
///   one window: what exceeds it would only wait in the socket; without the page's room once the page is due within
///   5/4 of a round trip, because what is written then is not acknowledged when it comes;
///   rate × (round trip + the half of it, or 1/32 s where that is more): it keeps the link busy, and a page that comes
///   much sooner than thought waits for no more.
///
/// The rate is that of the acknowledgements, but at most the delivery rate × rtt / (rtt − least rtt), and 8 × that: of
/// a flight of W bytes the last waited for W / rate, so that acknowledgements which were held up and came all at once
/// are not believed. At least the delivery rate; and of a link that has not shown its limit, 1 Mbit/s.
///
/// While the page is being streamed: at most 0.8 × window, and what the link carries in 1/32 s, by which each part of
/// the page may come later.
///
/// Less than a segment goes only where nothing is queued (as in RFC 896): small ones would fill the window as large
/// ones do.
std::uint64_t grant(const Transit& transit, const ComingPage& page);

}  // namespace outrider::push
