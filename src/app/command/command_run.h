// SPDX-License-Identifier: MIT
// `outrider run`: the supervisor, or the server process where it is asked for.
#pragma once

#include "app/command/command_line.h"

namespace outrider::app {

/// Serves until stopped; returns the exit code.
int run(const RunCommand& command);

}  // namespace outrider::app
