// SPDX-License-Identifier: MIT
// Holds listening sockets for as long as the supervisor lives: a server that is started again gets the same ones, so
// that connections that wait in them are served and not refused. The number of sockets per address never shrinks,
// because closing one of a SO_REUSEPORT group drops what waits in it. One thread.
#pragma once

#include <sys/types.h>

#include <list>
#include <string>
#include <vector>

#include "app/listen_socket.h"
#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

class ListenerKeeper {
 public:
  ListenerKeeper() = default;
  /// Closes all, and removes the files of unix sockets that are still ours.
  ~ListenerKeeper();
  ListenerKeeper(const ListenerKeeper&) = delete;
  ListenerKeeper& operator=(const ListenerKeeper&) = delete;

  /// All sockets held for the address of `spec`, at least `count` for TCP and one for unix; opens what is missing. They
  /// stay the keeper's. For port 0 and `or_any_port`, asking again gives the port that was found the first time.
  Result<std::vector<int>> open(const ListenSpec& spec);

 private:
  struct Held {
    std::string key;
    Address address;  // with its real port
    std::vector<UniqueFd> fds;
    dev_t device = 0;  // of a unix socket's file
    ino_t inode = 0;
  };

  Result<void> add_tcp(Held& held, const ListenSpec& spec);
  Result<void> add_unix(Held& held, const ListenSpec& spec);
  bool holds_port(const Address& address) const;

  std::list<Held> held_;
};

}  // namespace outrider::app
