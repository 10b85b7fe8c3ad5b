// SPDX-License-Identifier: MIT
// The commands that talk to a running server: status, reload, rollback, off, on, drain, undrain.
#pragma once

#include "app/command/command_line.h"

namespace outrider::app {

/// Asks the server, prints what it said, returns the exit code.
int ask_server(const AdminCommand& command);

}  // namespace outrider::app
