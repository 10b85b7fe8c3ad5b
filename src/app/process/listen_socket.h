// SPDX-License-Identifier: MIT
// Opens one listening socket, or says in words why it cannot be. Sockets are non-blocking and close-on-exec.
// open_unix() changes the umask for a moment: call it where no other thread makes files.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

/// What the server asks for.
struct ListenSpec {
  Address address;
  std::size_t count = 1;         // TCP: as many sockets of one SO_REUSEPORT group, one a worker
  bool only_v6 = false;          // "[::]" leaves IPv4 to another listener
  bool or_any_port = false;      // where the port is taken, any free one will do
  std::optional<unsigned> mode;  // of a unix socket; the umask's where absent
  std::string owner, group;      // of a unix socket; names, empty = the process's
  std::size_t ordinal = 0;  // which of several listeners on the same address with port 0: each has a port of its own

  /// What tells it from others: the same address asked for again is the same listener, whatever else has changed.
  std::string key() const;
  /// As the text of a message, and back.
  std::string encode() const;
  static Result<ListenSpec> decode(std::string_view text);
};

/// A TCP socket that listens on `address`, alone or as one of a group that shares the port.
/// Errors name the address, the cause and what to do.
Result<UniqueFd> open_tcp(const Address& address, bool only_v6, bool share_port);
/// True if a socket of somebody else holds the address: SO_REUSEPORT alone would join it without a word.
Result<bool> is_taken(const Address& address, bool only_v6);
/// A unix socket. A file that nobody listens on any more is replaced; one where somebody answers is an error.
Result<UniqueFd> open_unix(const ListenSpec& spec);

/// Gives the file of a unix socket the owner, group and mode that `spec` asks for.
Result<void> give_away(const ListenSpec& spec);
/// True if an IPv6 socket takes no IPv4.
bool takes_only_v6(int fd);

/// The address that a socket is bound to, with its real port.
Address bound_address(int fd);

std::string taken_message(const Address& address);

}  // namespace outrider::app
