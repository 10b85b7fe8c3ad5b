// SPDX-License-Identifier: MIT
// Bytes both ways between a client and an upstream after a 101 (RFC 6455). Each direction holds one read and reads
// again when the other side has taken it. Not the library's tunnel: that one reads on while the bytes that came with
// the upgrade are still being written, and its assert then ends the process. All on the worker's thread.
#pragma once

#include <list>
#include <memory>
#include <string_view>

#include "http/timer.h"
#include "http/upstream/connection.h"

namespace outrider::http::upstream {

class Tunnels;

class Tunnel final : Connection::Listener {
 public:
  Tunnel(Tunnels& owner, std::unique_ptr<Connection> upstream);
  ~Tunnel();
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;

 private:
  friend class Tunnels;

  /// The client's socket is ours now, without the `request_size` bytes of the request; nullptr if it failed.
  void begin(h2o_socket_t* client, std::size_t request_size);
  void forward_from_client();
  void on_readable() override;
  void on_written(bool ok) override;
  static void on_client_readable(h2o_socket_t* socket, const char* error);
  static void on_client_written(h2o_socket_t* socket, const char* error);
  void close();

  Tunnels& owner_;
  std::unique_ptr<Connection> upstream_;
  h2o_socket_t* client_ = nullptr;
  std::unique_ptr<char[]> buffer_;  // of what the upstream sent
  std::size_t from_client_ = 0;     // bytes of the client's that are being written
  Timer idle_;
};

/// The tunnels of one handler. Closes those that are left when destroyed.
class Tunnels {
 public:
  Tunnels(Timeouts& timeouts, std::uint32_t idle_timeout_ms) : timeouts_(timeouts), idle_timeout_ms_(idle_timeout_ms) {}

  /// Sends the 101 that stands in `req.res`, with `first` behind it, and connects both sides. The request is gone then.
  void open(h2o_req_t& req, std::unique_ptr<Connection> upstream, std::string_view first);

 private:
  friend class Tunnel;
  void remove(Tunnel& tunnel);

  Timeouts& timeouts_;
  const std::uint32_t idle_timeout_ms_;
  std::list<Tunnel> tunnels_;
};

}  // namespace outrider::http::upstream
