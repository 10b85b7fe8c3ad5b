// SPDX-License-Identifier: MIT
// While a page is being made its connection is free, and pushed bytes may use it; but what lies in the kernel when the
// page comes goes ahead of it. So a push is promised at once, and its bytes are let go in steps (push/budget.h): never
// more than the connection will have carried by the time at which the page is expected; nothing before the page's head
// where that is not known. When the page has been sent, what is left follows without limit. Everything on the worker's
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "http/guard/connection.h"
#include "http/timer.h"
#include "push/ack_rate.h"
#include "push/budget.h"

namespace outrider::http {

class HeldPush;

/// One per page that is being made. Shared by the page's exchange and those of its pushes.
class PushPacing : public std::enable_shared_from_this<PushPacing> {
 public:
  /// The page that the pushes go ahead of.
  struct Page {
    SteadyTime begun;                                     // it was asked for then
    std::optional<std::chrono::microseconds> think_time;  // how long it takes from then, where that is known
    std::optional<std::uint64_t> bytes;                   // what it weighs, where that is known
  };

  /// `link`: as the page was asked for. The connection outlives all held pushes.
  PushPacing(Timeouts& timeouts, Connection& connection, h2o_http2_conn_t& http2, const push::Link& link,
             const Page& page);

  /// The page's head has come: when the parts of its body do, nobody knows.
  void head_came();
  /// The page is gone, one way or the other. What is held follows soon; not at once, because streams are being closed.
  void release();
  bool released() const { return released_; }

  /// This push has bytes that wait. In the order of their promises.
  void wait(HeldPush& push);
  void forget(const HeldPush& push);
  /// Lets go what may go now.
  void pump();
  /// Bytes that were let go, less those that the library has taken.
  void under_way(std::int64_t change) { under_way_ += change; }

 private:
  std::uint64_t allowance();

  Connection& connection_;
  h2o_http2_conn_t& http2_;
  Timer timer_;
  const Page page_;
  const std::uint64_t room_;  // bytes of the congestion window, kept for the page
  push::AckRate acks_;
  std::int64_t under_way_ = 0;
  bool head_came_ = false, released_ = false;
  std::uint32_t steps_in_vain_ = 0;  // since something was let go
  std::vector<HeldPush*> waiting_;
};

/// The end of a pushed response's filters: holds its bytes until the pacing lets them go. Owned by the push's exchange.
class HeldPush {
 public:
  /// Puts itself behind the filters of a response that is about to begin. `slot` is what the filters were set up with.
  HeldPush(h2o_req_t& req, h2o_ostream_t** slot, std::shared_ptr<PushPacing> pacing);
  ~HeldPush();
  HeldPush(const HeldPush&) = delete;
  HeldPush& operator=(const HeldPush&) = delete;

  /// Lets go at most so many bytes; returns how many. The push no longer waits afterwards: it says so when it does.
  std::uint64_t let_go(std::uint64_t most);
  std::uint32_t number() const { return number_; }
  /// Bytes that the client lets this stream carry just now (RFC 9113 5.2).
  std::uint64_t stream_window() const;

 private:
  /// The library hands back pointers to these: as first members of plain structs they are ones to the whole.
  struct Stream {
    h2o_ostream_t super;
    HeldPush* push;
  };
  struct Generator {
    h2o_generator_t super;
    HeldPush* push;
  };
  static void on_send(h2o_ostream_t* self, h2o_req_t* req, h2o_iovec_t* bufs, std::size_t count,
                      h2o_send_state_t state);
  static void on_proceed(h2o_generator_t* self, h2o_req_t* req);
  static void on_stop(h2o_generator_t* self, h2o_req_t* req);

  void send(h2o_iovec_t* bufs, std::size_t count, h2o_send_state_t state);
  void taken();

  h2o_req_t& req_;
  const std::uint32_t number_;  // of the stream
  std::shared_ptr<PushPacing> pacing_;
  Stream* stream_;
  Generator generator_;
  h2o_generator_t* source_ = nullptr;  // whose place ours takes while a part of its bytes is under way
  std::vector<h2o_iovec_t> bytes_;     // belong to the source, which waits for its next turn
  h2o_send_state_t state_ = H2O_SEND_STATE_IN_PROGRESS;
  std::uint64_t under_way_ = 0;
};

}  // namespace outrider::http
