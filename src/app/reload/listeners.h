// SPDX-License-Identifier: MIT
// Asks for the sockets of every listener and deals them out to the workers, so that every held socket is accepted from
// by some worker: connections in one that nobody reads would wait for ever. Main thread, before the workers start.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/admin/status.h"
#include "app/load/problems.h"
#include "app/process/socket_source.h"
#include "config/config.h"
#include "http/frontend.h"

namespace outrider::app {

struct OpenListeners {
  std::vector<std::vector<http::ListeningSocket>> workers;
  std::vector<StatusFacts::Listener> addresses;  // in the configuration's order; empty where none was asked for
};

/// "[::]" leaves IPv4 to 0.0.0.0 with the same port, where the configuration lists that.
bool takes_only_v6(const config::Config& config, const config::Listen& listen);

/// Whom unix sockets belong to where nothing else is said: the configuration's user, if that is who we are. Else empty.
std::string socket_owner(const config::Config& config);

/// What to ask for: a group of sockets for TCP; "[::]" takes IPv4 too unless the configuration lists 0.0.0.0 with the
/// same port. `or_any_port`: a taken port may be replaced by any other.
ListenSpec listen_spec(const config::Config& config, std::size_t listen, std::size_t workers, bool or_any_port);

/// Asks for the sockets of every listener that `wanted` (by index, empty = all) has. Failures go to `problems`, with
/// the listener's place.
OpenListeners open_listeners(const config::Config& config, std::size_t workers, SocketSource& source, bool or_any_port,
                             Problems& problems, const std::vector<bool>& wanted = {});

/// Deals `fds` of listener `listen`: socket i to worker i, the surplus again from the first; one socket for several
/// workers (unix, systemd) is shared by all. Errors: no descriptor left.
Result<void> deal(std::vector<UniqueFd> fds, std::size_t listen,
                  std::vector<std::vector<http::ListeningSocket>>& workers);

/// "https://localhost:8443/" for a person; wildcard addresses become localhost.
std::string url_of(const StatusFacts::Listener& listener);

}  // namespace outrider::app
