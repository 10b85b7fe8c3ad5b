// SPDX-License-Identifier: MIT
// The commands that talk to a running server: status, reload, rollback, off, on, drain, undrain.
#pragma once

#include <string>

#include "app/command/command_line.h"
#include "base/address.h"
#include "base/result.h"

namespace outrider::app {

struct RunningServer {
  Address address;
  std::string token;  // empty over a unix socket
};

/// From the command line; else where the server said that it listens, which also helps while the configuration is
/// broken; else from the configuration.
Result<RunningServer> find_server(const AdminCommand& command);

/// Asks the server, prints what it said, returns the exit code.
int ask_server(const AdminCommand& command);

}  // namespace outrider::app
