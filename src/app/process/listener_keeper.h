// SPDX-License-Identifier: MIT
// Holds listening sockets for as long as the supervisor lives: a server that is started again gets the same ones, so
// that connections that wait in them are served and not refused. The number of sockets per address never shrinks while
// it is wanted, because closing one of a SO_REUSEPORT group drops what waits in it. Sockets that the service manager
// passed in are held under the address they are bound to, one each. One thread.
#pragma once

#include <sys/types.h>

#include <functional>
#include <list>
#include <string>
#include <vector>

#include "app/process/listen_socket.h"
#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

/// What is held for one address, as another image of the supervisor learns it.
struct HeldListener {
  std::string key;      // ListenSpec::key
  Address address;      // with its real port
  bool passed = false;  // the service manager's
  bool asked = true;    // some server process listens there
  std::vector<int> fds;
  dev_t device = 0;  // of a unix socket's file; 0 = not ours to remove
  ino_t inode = 0;
};

class ListenerKeeper {
 public:
  ListenerKeeper() = default;
  /// Closes all, and removes the files of unix sockets that are still ours.
  ~ListenerKeeper();
  ListenerKeeper(const ListenerKeeper&) = delete;
  ListenerKeeper& operator=(const ListenerKeeper&) = delete;

  /// All sockets held for the address of `spec`, at least `count` for TCP and one for unix and passed ones; opens what
  /// is missing. They stay the keeper's. For port 0 and `or_any_port`, asking again gives the port that was found the
  /// first time.
  Result<std::vector<int>> open(const ListenSpec& spec);
  /// Closes what is held for the address of `spec`, and removes the file of a unix socket if it is still ours. A passed
  /// socket stays: the service manager holds it open in any case, and only it can open it again.
  void forget(const ListenSpec& spec);
  /// Forgets what `wanted` refuses, by its key.
  void retain(const std::function<bool(const std::string& key)>& wanted);

  /// Holds a listening socket that the service manager has opened; makes it non-blocking and close-on-exec.
  void add_passed(UniqueFd fd);
  /// The addresses of passed sockets that nobody has asked for.
  std::vector<std::string> unasked() const;

  /// What is held, and the same in another image of the process: the descriptors are the keeper's from then on.
  std::vector<HeldListener> describe() const;
  void adopt(const HeldListener& listener);

 private:
  struct Held {
    HeldListener facts;  // without its descriptors
    std::vector<UniqueFd> fds;
    std::string ownership;  // of a unix socket's file, as last asked for
  };

  static Result<void> add_unix(Held& held, const ListenSpec& spec);
  Result<void> add_tcp(Held& held, const ListenSpec& spec);
  bool holds_port(const Address& address) const;
  std::string advice_of_passed(const Address& address) const;
  void release(Held& held) const;

  std::list<Held> held_;
};

}  // namespace outrider::app
