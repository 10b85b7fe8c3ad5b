// SPDX-License-Identifier: MIT
// `outrider replay`.
#pragma once

#include "app/command/command_line.h"

namespace outrider::app {

/// Prints what is found and returns the exit code.
int replay_logs(const ReplayCommand& command);

}  // namespace outrider::app
