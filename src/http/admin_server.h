// SPDX-License-Identifier: MIT
// The admin plane's HTTP: a libh2o context on a thread of its own behind unix sockets and, where there is a token, TCP.
// Its answers come from src/app, at once or later.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"

namespace outrider::http {

struct AdminRequest {
  std::string method, path, query, body;
  std::string content_type;  // lower case, without parameters
  /// Who asks, for people: "root (pid 4711)" on a unix socket, "127.0.0.1" over TCP.
  std::string who;
};

struct AdminResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

/// Answers one request, once, from any thread. What comes after the client has gone or the server has ended is
/// dropped. If all copies go unused the answer is 500.
using AdminReply = std::function<void(AdminResponse)>;

struct AdminLimits {
  std::size_t connections = 64;      // who comes after them waits until one ends
  std::size_t tcp_connections = 32;  // of these: strangers must not keep the operator out of the unix socket
  /// For a connection without a request, for a request to arrive whole, and for an answer to be taken, each. A request
  /// that waits for its answer may wait for as long as its client does.
  std::chrono::milliseconds idle{30'000};
};

/// Serves until destroyed, HTTP/1 alone. Bodies of more than 1 MiB are answered 413. `answer` runs on the admin thread
/// and must not block it.
class AdminServer {
 public:
  using Answer = std::function<void(AdminRequest, AdminReply)>;

  /// `listening`: unix and TCP sockets. Whoever comes over TCP must send `Authorization: Bearer TOKEN` (RFC 6750 2.1),
  /// else the answer is 401; an empty token lets nobody in over TCP. A request that a web page could make a browser
  /// send (with an Origin field) is refused with 403. What `answer` throws is logged and answered 500.
  AdminServer(std::vector<UniqueFd> listening, std::string token, Answer answer, AdminLimits limits = {});
  /// Another token from now on. Any thread.
  void use_token(std::string token);
  /// Ends connections that wait for an answer, too: theirs is 503. Not from the admin thread.
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outrider::http
