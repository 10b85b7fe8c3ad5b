// SPDX-License-Identifier: MIT
// Between an upstream's answer and the client: the library's generator, with back-pressure. One piece of the body is
// under way at a time, and the upstream is read again when the client has taken it. A relay belongs to the request's
// pool; when the request goes, whatever runs at the upstream ends with it. All on the worker's thread.
#pragma once

#include <memory>

#include "http/exchange.h"
#include "http/upstream/transaction.h"
#include "http/upstream/tunnel.h"

namespace outrider::http::upstream {

class ResponseRelay final : Transaction::Listener, Awaited {
 public:
  /// Sends `request` to a server of `backend` and answers `exchange` with what comes. `tunnels` takes connections that
  /// switch to WebSocket; nullptr where the request asks for no upgrade.
  static void start(Exchange& exchange, Backend& backend, OutgoingRequest request, Tunnels* tunnels);

 private:
  /// What the library calls. The entry is the first member of a plain struct, so that a pointer to it is one to the
  /// whole.
  struct Generator {
    h2o_generator_t generator;
    ResponseRelay* relay;
  };

  ResponseRelay(Exchange& exchange, Backend& backend, OutgoingRequest request, Tunnels* tunnels);
  ~ResponseRelay() = default;

  void copy_head(const ResponseHead& head);
  void send(std::span<char> body, bool complete);
  void give_up() override;

  void on_server(std::string_view name) override { exchange_.upstream = name; }
  void on_informational(const ResponseHead& head) override;
  void on_response(const ResponseHead& head, std::span<char> body, bool complete) override;
  void on_body(std::span<char> body, bool complete) override { send(body, complete); }
  void on_switched(const ResponseHead& head, std::unique_ptr<Connection> connection, std::span<char> first) override;
  void on_failed(int status, std::string cause) override;
  void on_broken(std::string cause) override;

  Exchange& exchange_;
  h2o_req_t& req_;
  Tunnels* const tunnels_;
  Generator generator_{};
  std::unique_ptr<Transaction> transaction_;
  bool responded_ = false;    // the library has the response's head
  bool with_client_ = false;  // a piece of the body is under way to the client
};

}  // namespace outrider::http::upstream
