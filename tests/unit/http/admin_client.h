// SPDX-License-Identifier: MIT
// Raw sockets against a server under test: what a client sends byte by byte, and what it gets until the connection
// ends.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>

#include "base/address.h"
#include "base/fd.h"

namespace outrider::http::test {

/// A listening socket at `address` ("127.0.0.1:0" for any port).
UniqueFd listen_at(const std::string& address);
/// Where it listens.
Address address_of(const UniqueFd& listening);

class Client {
 public:
  explicit Client(const Address& server);
  void send(const std::string& bytes) const;
  /// What has come when `end` is in it, when the server closes, or after five seconds.
  std::string read_until(const std::string& end);
  std::string read_all() { return read_until(std::string(1, '\0')); }
  /// True if the server closes within `time`.
  bool closed_within(std::chrono::milliseconds time);
  void shut_writing() const { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  int fd() const { return fd_.get(); }

 private:
  bool read_some(std::chrono::milliseconds time);
  UniqueFd fd_;
  std::string received_;
  bool ended_ = false;
};

}  // namespace outrider::http::test
