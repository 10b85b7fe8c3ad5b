// SPDX-License-Identifier: MIT
#include "http/push_pacing.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "http/client_link.h"
#include "http/http2.h"

namespace outrider::http {
namespace {

using std::chrono::microseconds;

constexpr std::uint32_t step_ms = 5;
/// After as many steps in vain the next ones take twice as long, three times over: up to 40 ms.
constexpr std::uint32_t steps_of_one_length = 8;
constexpr std::uint32_t most_doublings = 3;
constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

std::uint64_t unwritten(const h2o_http2_conn_t& http2) {
  std::uint64_t bytes = http2._write.buf != nullptr ? http2._write.buf->size : 0;
  if (http2._write.buf_in_flight != nullptr) bytes += http2._write.buf_in_flight->size;
  return bytes;
}

/// What goes in so many bytes of the connection: the rest is for the frames and records around it. Without it each step
/// would end in a tiny segment, and a congestion window counts segments.
std::uint64_t payload_of(std::uint64_t bytes) {
  return bytes - std::min<std::uint64_t>(bytes, bytes / 32 + 64);
}

}  // namespace

PushPacing::PushPacing(Timeouts& timeouts, Connection& connection, h2o_http2_conn_t& http2, const push::Link& link,
                       const Page& page)
    : connection_(connection),
      http2_(http2),
      timer_(timeouts,
             [this] {
               ++steps_in_vain_;
               pump();
             }),
      page_(page),
      room_(push::page_room(page.bytes, link.cwnd_bytes)) {
  // Pages that are made at the same time share what is kept for them.
  if (connection.paced_pages++ == 0) connection.window_reserve = h2o_http2_window_get_window(&http2._write.window) / 2;
}

void PushPacing::head_came() {
  head_came_ = true;
  steps_in_vain_ = 0;
  if (!waiting_.empty()) timer_.start(0);
}

void PushPacing::release() {
  if (!std::exchange(released_, true)) --connection_.paced_pages;
  if (!waiting_.empty()) timer_.start(0);
}

void PushPacing::wait(HeldPush& push) {
  const auto before = [](const HeldPush* a, const HeldPush* b) { return a->number() < b->number(); };
  waiting_.insert(std::lower_bound(waiting_.begin(), waiting_.end(), &push, before), &push);
}

void PushPacing::forget(const HeldPush& push) {
  std::erase(waiting_, &push);
}

std::uint64_t PushPacing::allowance() {
  if (released_) return no_limit;
  // Whatever the page weighs, pushes leave it half of what the client lets the connection carry (RFC 9113 5.2).
  const std::int64_t window = h2o_http2_window_get_window(&http2_._write.window) - connection_.window_reserve -
                              std::max<std::int64_t>(under_way_, 0);
  if (window <= 0) return 0;
  const auto held_here = unwritten(http2_) + static_cast<std::uint64_t>(std::max<std::int64_t>(under_way_, 0));
  const auto transit = transit_on(connection_, held_here, acks_);
  // How fast the link is, nobody knows: what went before the page could hold it up for any time.
  if (!transit) return head_came_ ? static_cast<std::uint64_t>(window) : 0;
  push::ComingPage page{{}, room_};
  if (!head_came_) {
    const auto passed = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - page_.begun);
    page.left = push::think_left(page_.think_time, passed);
  }
  return std::min(payload_of(push::grant(*transit, page)), static_cast<std::uint64_t>(window));
}

void PushPacing::pump() {
  if (waiting_.empty()) return;
  const auto alive = shared_from_this();
  const bool closing = http2_.state == H2O_HTTP2_CONN_STATE_IS_CLOSING;
  std::uint64_t left = closing ? 0 : allowance();
  for (std::size_t i = 0; left > 0 && i < waiting_.size();) {
    HeldPush& push = *waiting_[i];
    // More than its stream takes would stay under way, and keep the others waiting (RFC 9113 5.2.1).
    const std::uint64_t most = released_ ? left : std::min(left, push.stream_window());
    if (most == 0) {
      ++i;
      continue;
    }
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    left -= std::min(left, push.let_go(most));
    steps_in_vain_ = 0;
  }
  // A connection that closes takes no more; what waits goes with it.
  if (!waiting_.empty() && !closing)
    timer_.start(step_ms << std::min(steps_in_vain_ / steps_of_one_length, most_doublings));
}

HeldPush::HeldPush(h2o_req_t& req, h2o_ostream_t** slot, std::shared_ptr<PushPacing> pacing)
    : req_(req),
      number_(http2_stream(req).stream_id),
      pacing_(std::move(pacing)),
      generator_{{on_proceed, on_stop}, this} {
  // Last of all, where bytes are as they will go: the connection's own stream has none behind it.
  while ((*slot)->next != nullptr) slot = &(*slot)->next;
  stream_ = reinterpret_cast<Stream*>(h2o_add_ostream(&req, sizeof(Stream), slot));
  stream_->super.do_send = on_send;
  stream_->push = this;
}

HeldPush::~HeldPush() {
  pacing_->forget(*this);
  taken();
}

void HeldPush::on_send(h2o_ostream_t* self, h2o_req_t*, h2o_iovec_t* bufs, std::size_t count, h2o_send_state_t state) {
  HeldPush& push = *reinterpret_cast<Stream*>(self)->push;
  push.taken();
  if (push.pacing_->released() || count == 0 || state == H2O_SEND_STATE_ERROR) {
    push.send(bufs, count, state);
    return;
  }
  push.bytes_.assign(bufs, bufs + count);
  push.state_ = state;
  push.pacing_->wait(push);
  push.pacing_->pump();
}

std::uint64_t HeldPush::stream_window() const {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(h2o_http2_window_get_window(&http2_stream(req_).output_window), 0));
}

std::uint64_t HeldPush::let_go(std::uint64_t most) {
  std::vector<h2o_iovec_t> part;
  std::uint64_t length = 0;
  std::size_t whole = 0;
  for (h2o_iovec_t& each : bytes_) {
    const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(each.len, most - length));
    if (taken != 0) part.push_back({each.base, taken});
    length += taken;
    each = {each.base + taken, each.len - taken};
    if (each.len != 0) break;
    ++whole;
  }
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(whole));
  under_way_ += length;
  pacing_->under_way(static_cast<std::int64_t>(length));
  if (bytes_.empty()) {
    if (req_._generator == &generator_.super) req_._generator = source_;
    send(part.data(), part.size(), state_);
    return length;
  }
  if (req_._generator != &generator_.super) source_ = std::exchange(req_._generator, &generator_.super);
  send(part.data(), part.size(), H2O_SEND_STATE_IN_PROGRESS);
  return length;
}

void HeldPush::send(h2o_iovec_t* bufs, std::size_t count, h2o_send_state_t state) {
  h2o_ostream_send_next(&stream_->super, &req_, bufs, count, state);
}

/// The library has what was under way.
void HeldPush::taken() {
  pacing_->under_way(-static_cast<std::int64_t>(std::exchange(under_way_, 0)));
}

void HeldPush::on_proceed(h2o_generator_t* self, h2o_req_t*) {
  HeldPush& push = *reinterpret_cast<Generator*>(self)->push;
  push.taken();
  push.pacing_->wait(push);
  push.pacing_->pump();
}

void HeldPush::on_stop(h2o_generator_t* self, h2o_req_t* req) {
  HeldPush& push = *reinterpret_cast<Generator*>(self)->push;
  if (push.source_ != nullptr && push.source_->stop != nullptr) push.source_->stop(push.source_, req);
}

}  // namespace outrider::http
