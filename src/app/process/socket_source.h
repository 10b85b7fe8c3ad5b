// SPDX-License-Identifier: MIT
// Where the server process gets its listening sockets: from its supervisor, or without one from a keeper of its own.
// The server's main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/process/listener_keeper.h"
#include "app/process/socket_channel.h"

namespace outrider::app {

class SocketSource {
 public:
  virtual ~SocketSource() = default;
  /// Descriptors of the caller's own for all sockets that are held for the address. Errors are for the operator.
  virtual Result<std::vector<UniqueFd>> open(const ListenSpec& spec) = 0;
  /// The configuration has no such listener any more: what is held for it is closed when this returns. Until then who
  /// connects waits in a socket that nobody reads, and is reset.
  virtual void forget(const ListenSpec& spec) = 0;
  /// The process is about to end without destructors: removes the files of unix sockets that are its own.
  virtual void close() {}
};

/// `--no-supervisor`. Takes the sockets that a service manager passed in.
class OwnSockets final : public SocketSource {
 public:
  OwnSockets();
  Result<std::vector<UniqueFd>> open(const ListenSpec& spec) override;
  void forget(const ListenSpec& spec) override;
  void close() override { keeper_.reset(); }
  /// The addresses of passed sockets that nobody has asked for.
  std::vector<std::string> unasked() const;

 private:
  std::optional<ListenerKeeper> keeper_;
  std::string problem_;  // with what was passed in: what the first open() answers
};

class SupervisorSockets final : public SocketSource {
 public:
  explicit SupervisorSockets(SocketChannel& channel) : channel_(channel) {}
  Result<std::vector<UniqueFd>> open(const ListenSpec& spec) override;
  void forget(const ListenSpec& spec) override;

 private:
  /// The next message of that kind; what the supervisor refuses is an error.
  Result<Message> answer(Message::Kind expected);

  SocketChannel& channel_;
};

/// The supervisor's side of SupervisorSockets::open: opens or finds what the message's text asks for, and answers.
Result<void> answer_listen(ListenerKeeper& keeper, SocketChannel& channel, const std::string& request);

}  // namespace outrider::app
