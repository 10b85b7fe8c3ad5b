// SPDX-License-Identifier: MIT
// The way of an answer from whichever thread found it to the admin thread. A reply may be kept for longer than its
// client stays and than the server lives: it holds a share of the gate, and the gate knows when to drop what comes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "http/admin_server.h"
#include "http/event_loop.h"

namespace outrider::http {

class AdminGate {
 public:
  /// `deliver` is called on the loop's thread.
  using Deliver = std::function<void(std::uint64_t request, AdminResponse)>;
  AdminGate(EventLoop& loop, Deliver deliver);

  /// Any thread. Does nothing once the gate is closed.
  void pass(std::uint64_t request, AdminResponse response);
  /// What was passed before is in the loop's queue when this returns; `deliver` is let go.
  void close();

 private:
  std::mutex mutex_;
  EventLoop* loop_;  // guarded by mutex_; null once closed
  std::shared_ptr<const Deliver> deliver_;
};

/// The first call answers the request. Where all copies go without one (whoever was to answer failed), the answer is
/// 500, so that no client waits for ever.
AdminReply make_admin_reply(std::shared_ptr<AdminGate> gate, std::uint64_t request);

/// A body of the shape of all refusals: {"error": "MESSAGE"}. The message holds no quotes, backslashes or control
/// bytes.
AdminResponse admin_refusal(int status, const char* message);

}  // namespace outrider::http
