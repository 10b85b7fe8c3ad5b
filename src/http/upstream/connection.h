// SPDX-License-Identifier: MIT
// A connection to an upstream's server. The library's socket only notifies; we read ourselves, at most as much as there
// is room for: that is what makes back-pressure possible (left alone, the library reads until a short read and holds
// megabytes). Closed when destroyed. All on the worker's thread.
#pragma once

#include <span>
#include <string_view>

#include "base/fd.h"
#include "http/frontend.h"
#include "http/h2o_api.h"

namespace outrider::http::upstream {

class Connection {
 public:
  /// Told of what the loop sees. Each of them may destroy the connection.
  class Listener {
   public:
    /// There are bytes, an end or an error to be read. Comes again until they are, or until `unwatch`.
    virtual void on_readable() = 0;
    /// The last write is done; false if it failed.
    virtual void on_written(bool ok) = 0;

   protected:
    ~Listener() = default;
  };

  /// `fd` is a stream socket on which connect() was called.
  Connection(h2o_loop_t* loop, UniqueFd fd, LiveCounters& counters);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void set_listener(Listener* listener) { listener_ = listener; }
  void watch();
  void unwatch();
  bool watching() const { return socket_->_cb.read != nullptr; }

  /// As read(2): a number of bytes, 0 at the end, -1 with errno.
  ssize_t read(std::span<char> room);
  /// Writes all of it; the bytes stay where they are until `on_written`. One write at a time.
  void write(std::span<const std::string_view> pieces);
  /// Tells `on_written` once the socket can be written to: connected, or failed.
  void notify_when_connected();
  bool writing() const { return socket_->_cb.write != nullptr; }
  /// errno of the connect(): 0 once connected.
  int connect_error() const;
  /// True if the peer has neither sent anything nor gone away.
  bool quiet() const;

 private:
  static void on_read_ready(h2o_socket_t* socket, const char* error);
  static void on_write_done(h2o_socket_t* socket, const char* error);

  h2o_socket_t* socket_;
  LiveCounters& counters_;
  Listener* listener_ = nullptr;
};

/// "connection refused", "no such file or directory": an errno in lower case, as part of a sentence.
std::string error_text(int error);

}  // namespace outrider::http::upstream
