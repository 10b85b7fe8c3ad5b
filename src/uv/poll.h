// SPDX-License-Identifier: MIT
// "This descriptor can be read", for sockets and pipes that are not libuv's own: the socket pair between supervisor and
// server.
#pragma once

#include <functional>
#include <memory>

#include "uv/loop.h"

namespace outrider::uv {

class Poll {
 public:
  /// Calls `callback` on the loop's thread whenever a read of `fd` would not wait: there is data, the other end has
  /// closed, or there is an error, which the read then tells; for as long as that is so (level-triggered). `fd` becomes
  /// non-blocking, stays the caller's, and must stay open for as long as this lives.
  /// Errors: a descriptor that cannot be polled, such as a regular file.
  static Result<Poll> readable(Loop& loop, int fd, std::function<void()> callback);
  Poll(Poll&&) noexcept = default;
  Poll& operator=(Poll&&) noexcept = default;

 private:
  struct PollBox;
  struct Close {
    void operator()(PollBox* box) const;
  };
  explicit Poll(PollBox* box) : box_(box) {}
  std::unique_ptr<PollBox, Close> box_;
};

}  // namespace outrider::uv
