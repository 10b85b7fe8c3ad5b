// SPDX-License-Identifier: MIT
// The line between supervisor and server: whole messages with open descriptors (SCM_RIGHTS) over a SOCK_SEQPACKET
// socket pair. Both ends are the same binary of the same start, so messages are trusted to be well-formed, but not to
// come.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

struct Message {
  enum class Kind : char {
    listen = 'l',     // server: a ListenSpec, wants `sockets` or `refused`
    sockets = 's',    // supervisor: held sockets; text "more" where further messages of them follow
    refused = 'e',    // supervisor: why not
    ready = 'r',      // server: it serves; text = shutdown timeout in ms
    heartbeat = 'h',  // server: every worker answered
    notes = 'n',      // server: the memory of its DeathNotes
  };
  Kind kind{};
  std::string text;
  std::vector<UniqueFd> fds;
};

class SocketChannel {
 public:
  static constexpr std::size_t max_text = 16'384;
  static constexpr std::size_t max_fds = 200;  // the kernel takes 253 in one message

  /// Two connected ends, both close-on-exec.
  static Result<std::pair<SocketChannel, SocketChannel>> make_pair();
  explicit SocketChannel(UniqueFd fd) : fd_(std::move(fd)) {}

  /// Sends without waiting. Errors: the other end is gone, or does not read.
  Result<void> send(Message::Kind kind, const std::string& text = {}, const std::vector<int>& fds = {});

  struct Received {
    enum class What { message, nothing, closed } what = What::nothing;
    Message message;
  };
  /// The next message if there is one, without waiting.
  Result<Received> receive();
  /// Waits for a message: never returns `nothing`.
  Result<Received> wait();

  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace outrider::app
