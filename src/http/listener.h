// SPDX-License-Identifier: MIT
// Accepts client connections on one listening socket: tells whether they may speak, reads a PROXY header where one is
// required, and hands them to the library.
#pragma once

#include <memory>

#include "base/fd.h"
#include "http/core.h"

namespace outrider::http {

class Listener {
 public:
  Listener(FrontendCore& core, UniqueFd fd, const config::Listen& listen, const tls::ServerContext* tls);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Stops accepting. Connections that were accepted go on, so the listener must outlive their handshakes.
  void stop();
  /// Accepts again after the process had run out of descriptors.
  void resume();

 private:
  static void on_readable(h2o_socket_t* socket, const char* error);
  void accept_some();
  void begin(h2o_socket_t* socket);

  FrontendCore& core_;
  const config::Listen& listen_;
  h2o_accept_ctx_t accept_{};
  h2o_socket_t* socket_ = nullptr;
  bool paused_ = false;
};

}  // namespace outrider::http
