// SPDX-License-Identifier: MIT
// Accepts client connections on one listening socket: tells whether they may speak, reads a PROXY header where one is
// required, and hands them to the library.
#pragma once

#include <memory>

#include "base/fd.h"
#include "http/core.h"

namespace outrider::http {

/// It may change its frontend: what is between accept and HTTP refers to the listener and follows it. So it outlives
/// the handshakes of its connections.
class Listener {
 public:
  /// `listen` is an index into Config::listen.
  Listener(FrontendCore& core, UniqueFd fd, std::size_t listen);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Belongs to another frontend of the same loop, and to entry `listen` of its configuration, from now on.
  void move_to(FrontendCore& core, std::size_t listen);
  /// New handshakes use what the frontend has for this listener now.
  void renew_tls();
  /// Stops accepting. Connections that were accepted go on.
  void stop();
  /// Accepts what waits already, then stops.
  void retire();
  /// Accepts again after the process had run out of descriptors.
  void resume();

  std::size_t listen_index() const { return listen_; }
  const config::Listen& listen() const { return core_->config->listen[listen_]; }
  /// The list that bounds handshakes and PROXY headers of its connections.
  h2o_timeout_t* handshake_timeout() { return &handshake_timeout_; }
  h2o_loop_t* loop() const { return core_->loop.get(); }
  /// Hands a connection that is behind its PROXY header to the library: TLS where there is any, then HTTP.
  void hand_over(h2o_socket_t* socket);

 private:
  static void on_readable(h2o_socket_t* socket, const char* error);
  bool accept_one();
  void accept_some();
  void begin(h2o_socket_t* socket);

  FrontendCore* core_;
  std::size_t listen_;
  std::shared_ptr<const tls::ServerContext> tls_;
  h2o_accept_ctx_t accept_{};  // what handshakes in flight point at
  h2o_timeout_t handshake_timeout_{};
  h2o_socket_t* socket_ = nullptr;
  bool paused_ = false;
};

}  // namespace outrider::http
