// SPDX-License-Identifier: MIT
// The line between supervisor and server: whole messages with open descriptors (SCM_RIGHTS) over a SOCK_SEQPACKET
// socket pair. Both ends are Outrider, so messages are trusted to be well-formed, but not to come. After an upgrade one
// end may be of another version: a change of the kinds or their texts is a new Handover::version.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

struct Message {
  enum class Kind : char {
    kept = 'k',       // supervisor, the first of all: what an earlier server process wanted to be kept, or empty
    listen = 'l',     // server: a ListenSpec, wants `sockets` or `refused`
    sockets = 's',    // supervisor: held sockets; text "more" where further messages of them follow
    refused = 'e',    // supervisor: why not
    forget = 'f',     // server: a ListenSpec that it needs no more, wants `forgotten`
    forgotten = 'c',  // supervisor: its sockets are closed, unless someone else needs them
    keep = 'm',       // server: replaces what is kept
    notes = 'n',      // server: the memory of its DeathNotes
    user = 'p',       // server: it was root and goes on as this user
    ready = 'r',      // server: it serves; a ServingReport
    reloading = 'g',  // server: a reload begins
    reloaded = 'd',   // server: a reload has ended, well or not; a ServingReport
    status = 'u',     // server: another line for people
    stopping = 'o',   // server: it has begun to stop
    heartbeat = 'h',  // server: every worker answered
    retire = 't',     // supervisor: another process has taken over; may come more than once
  };
  Kind kind{};
  std::string text;
  std::vector<UniqueFd> fds;
};

/// The text of `ready` and `reloaded`.
struct ServingReport {
  std::chrono::milliseconds shutdown_timeout{30'000};  // how long the server may take to stop
  std::string status;                                  // one line for people

  /// As a text of at most SocketChannel::max_text bytes, and back; what cannot be read keeps its default.
  std::string encode() const;
  static ServingReport decode(std::string_view text);
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
