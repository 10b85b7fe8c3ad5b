// SPDX-License-Identifier: MIT
// A small model of one TCP connection over a link of a fixed rate and distance, in steps of 0.5 ms: whole segments,
// slow start without losses, a queue without bounds before the link (the worst case for whoever waits behind it), one
// acknowledgement for two segments or after 40 ms, on an empty way back, and the delivery rate as Linux measures it
// (draft-cheng-iccrg-delivery-rate-estimation).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>

#include "push/ack_rate.h"
#include "push/budget.h"

namespace outrider::push::test {

class LinkModel {
 public:
  static constexpr double step_s = 5e-4;
  static constexpr double mss = 1'448;

  /// `hold_s`: the way back keeps acknowledgements for so long, and then lets them come all at once.
  LinkModel(double bytes_per_second, double rtt_s, double hold_s = 0)
      : rate_(bytes_per_second), rtt_s_(rtt_s), hold_s_(hold_s), smoothed_rtt_s_(rtt_s) {}

  void write(double bytes) { unsent_ += bytes; }

  /// Moves the time on by one step.
  void advance() {
    now_s_ += step_s;
    receive();
    take_acknowledgements();
    send();
  }

  /// As a kernel tells it, with what was sampled of the acknowledgements before.
  Transit transit() const {
    Transit result;
    result.link.cwnd_bytes = static_cast<std::uint64_t>(window_ * mss);
    result.link.rtt = microseconds_of(smoothed_rtt_s_);
    result.queued_bytes = static_cast<std::uint64_t>(unsent_ + static_cast<double>(unacknowledged()) * mss);
    result.bytes_per_second = static_cast<std::uint64_t>(measured_);
    result.rate_is_floor = measured_while_idle_;
    result.least_rtt = microseconds_of(rtt_s_);
    result.acked_bytes_per_second = acks_.bytes_per_second();
    return result;
  }

  void sample_acknowledgements() {
    acks_.sample(microseconds_of(now_s_), {static_cast<std::uint64_t>(acked_), acknowledgements_taken_, 1'448});
  }

  /// Until the link has carried all that was written.
  double drain_s() const { return std::max(free_s_ - now_s_, 0.0) + unsent_ / rate_; }
  double now_s() const { return now_s_; }
  /// Bytes that have reached the client.
  double arrived() const { return arrived_; }
  /// Bytes that the bottleneck has let through.
  double carried() const { return sent_ - std::max(free_s_ - now_s_, 0.0) * rate_; }
  double acknowledged_rate() const { return static_cast<double>(acks_.bytes_per_second()); }

  static std::chrono::microseconds microseconds_of(double seconds) {
    return std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6 + 0.5));
  }

 private:
  static constexpr double delayed_ack_s = 0.04;

  struct Segment {
    double bytes = 0, sent_s = 0, arrives_s = 0;
    double first_sent_s = 0, acked_then = 0, acked_then_s = 0;  // for the delivery rate
    bool idle = false;
  };
  struct Acknowledgement {
    std::size_t segments = 0;
    double comes_s = 0;
  };

  std::size_t unacknowledged() const { return segments_.size(); }

  void receive() {
    for (; received_ != segments_.size() && segments_[received_].arrives_s <= now_s_; ++received_) {
      arrived_ += segments_[received_].bytes;
      if (waiting_for_ack_++ == 0) first_waits_since_s_ = segments_[received_].arrives_s;
      if (waiting_for_ack_ == 2) acknowledge(segments_[received_].arrives_s);
    }
    if (waiting_for_ack_ != 0 && now_s_ >= first_waits_since_s_ + delayed_ack_s) acknowledge(now_s_);
  }

  void acknowledge(double when_s) {
    double comes_s = when_s + rtt_s_ / 2;
    if (hold_s_ > 0) comes_s = (static_cast<double>(static_cast<int>(comes_s / hold_s_)) + 1) * hold_s_;
    acknowledgements_.push_back({waiting_for_ack_, comes_s});
    waiting_for_ack_ = 0;
  }

  void take_acknowledgements() {
    for (; !acknowledgements_.empty() && acknowledgements_.front().comes_s <= now_s_; acknowledgements_.pop_front()) {
      const double came_s = std::max(acknowledgements_.front().comes_s, last_ack_s_);
      ++acknowledgements_taken_;
      Segment last;
      smoothed_rtt_s_ += (came_s - segments_.front().sent_s - smoothed_rtt_s_) / 8;
      for (std::size_t left = acknowledgements_.front().segments; left != 0; --left, --received_) {
        last = segments_.front();
        segments_.pop_front();
        acked_ += last.bytes;
        if (window_ < 2 * most_out_) ++window_;  // only a window that is used grows (RFC 7661)
      }
      last_ack_s_ = came_s;
      first_sent_s_ = last.sent_s;
      measure(last, came_s);
    }
  }

  void measure(const Segment& last, double came_s) {
    const double took_s = std::max(came_s - last.acked_then_s, last.sent_s - last.first_sent_s);
    if (took_s < rtt_s_) return;
    const double rate = (acked_ - last.acked_then) / took_s;
    if (last.idle && rate < measured_) return;
    measured_ = rate;
    measured_while_idle_ = last.idle;
  }

  void send() {
    while (unsent_ > 0 && static_cast<double>(unacknowledged()) < window_) {
      if (segments_.empty()) first_sent_s_ = last_ack_s_ = now_s_;
      Segment segment;
      segment.bytes = std::min(unsent_, mss);
      unsent_ -= segment.bytes;
      free_s_ = std::max(free_s_, now_s_) + segment.bytes / rate_;
      segment.sent_s = now_s_;
      segment.arrives_s = free_s_ + rtt_s_ / 2;
      segment.first_sent_s = first_sent_s_;
      segment.acked_then = acked_;
      segment.acked_then_s = last_ack_s_;
      // Nothing left to send while the window has room: what is measured of these bytes is a floor.
      segment.idle = unsent_ <= 0 && static_cast<double>(unacknowledged()) + 1 < window_;
      sent_ += segment.bytes;
      segments_.push_back(segment);
      note_use_of_window();
    }
  }

  /// As Linux does: the most that was under way in the flight before.
  void note_use_of_window() {
    const auto out = static_cast<double>(unacknowledged());
    const bool limited = out >= window_;
    if (acked_ < use_until_ && !limited && (was_limited_ || out <= most_out_)) return;
    was_limited_ = limited;
    most_out_ = out;
    use_until_ = sent_;
  }

  double rate_, rtt_s_, hold_s_;
  double now_s_ = 0;
  double window_ = 10;  // segments
  double unsent_ = 0;   // bytes in the socket's buffer
  double sent_ = 0;     // bytes
  double free_s_ = 0;   // when the last bit that was sent is through the bottleneck
  double arrived_ = 0;  // bytes
  double acked_ = 0;    // bytes
  double most_out_ = 0, use_until_ = 0;
  bool was_limited_ = false;
  std::deque<Segment> segments_;  // sent and not acknowledged
  std::size_t received_ = 0;      // of those, by the client
  std::size_t waiting_for_ack_ = 0;
  double first_waits_since_s_ = 0;
  std::deque<Acknowledgement> acknowledgements_;  // under way
  std::uint32_t acknowledgements_taken_ = 0;
  double last_ack_s_ = 0, first_sent_s_ = 0;
  double smoothed_rtt_s_;
  double measured_ = 0;
  bool measured_while_idle_ = false;
  AckRate acks_;
};

}  // namespace outrider::push::test
