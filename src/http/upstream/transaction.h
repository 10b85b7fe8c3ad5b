// SPDX-License-Identifier: MIT
// One request at an upstream, from the choice of a server to the last byte of the answer: reuse or connect, send, read
// with back-pressure, try again where that is safe. It knows nothing of the client; response_relay does. Destroying it
// ends everything, and its connection is then closed. All on the worker's thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/upstream/backend.h"
#include "http/upstream/response_parser.h"

namespace outrider::http::upstream {

/// What is to be sent. The pieces are views of `storage` or of what outlives the transaction.
struct OutgoingRequest {
  std::deque<std::string> storage;
  std::vector<std::string_view> pieces;
  bool idempotent = false;
  std::function<std::unique_ptr<ResponseParser>()> parser;  // one for each attempt
};

class Transaction final : Connection::Listener, Connector::Listener {
 public:
  /// What becomes of it. Each call may destroy the transaction, but for the first two.
  class Listener {
   public:
    virtual void on_server(std::string_view name) = 0;
    virtual void on_informational(const ResponseHead& head) = 0;
    /// The final head with what of the body came with it. Reading goes on at `resume`, unless it is complete.
    virtual void on_response(const ResponseHead& head, std::span<char> body, bool complete) = 0;
    /// More of the body; likewise. Only an end may be empty.
    virtual void on_body(std::span<char> body, bool complete) = 0;
    /// 101: the connection is handed over. `first` are bytes that came behind the head.
    virtual void on_switched(const ResponseHead& head, std::unique_ptr<Connection> connection,
                             std::span<char> first) = 0;
    /// No response: `status` is 502 or 504.
    virtual void on_failed(int status, std::string cause) = 0;
    /// The response broke off after its head.
    virtual void on_broken(std::string cause) = 0;

   protected:
    ~Listener() = default;
  };

  Transaction(Backend& backend, OutgoingRequest request, Listener& listener);
  ~Transaction();

  void start() { next_server(); }
  /// In the loop's next turn: behind what is started in this one.
  void start_soon() { start_timer_.start(0); }
  /// The bytes last handed out are no longer needed: read on.
  void resume() { receive(); }

 private:
  enum class Cause { closed, timed_out, protocol };

  void next_server();
  void connect();
  void use(std::unique_ptr<Connection> connection, bool reused);
  void send_more();
  void receive();
  void take(Result<Progress> progress);
  void finish();
  void fail_attempt(Cause kind, std::string cause);
  bool sent() const { return piece_ == request_.pieces.size() && !connection_->writing(); }

  void on_readable() override { receive(); }
  void on_written(bool ok) override;
  void on_connected(std::unique_ptr<Connection> connection) override;
  void on_connect_failed(std::string cause, bool timed_out) override;

  Backend& backend_;
  const OutgoingRequest request_;
  Listener& listener_;
  Timer start_timer_;
  Timer response_timer_;  // to the response's head, later between bytes of its body
  Timer send_timer_;

  std::vector<bool> tried_;
  std::size_t server_ = 0;
  std::string causes_;  // of servers that could not be reached
  bool any_timed_out_ = false;
  bool repeated_ = false;
  std::unique_ptr<Connector> connector_;

  // Of the attempt that runs.
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<ResponseParser> parser_;
  std::unique_ptr<char[]> buffer_;
  std::size_t piece_ = 0, piece_offset_ = 0;  // where the next write begins
  bool reused_ = false;
  bool heard_ = false;      // any byte
  bool responded_ = false;  // the final head
  bool send_failed_ = false;
};

}  // namespace outrider::http::upstream
