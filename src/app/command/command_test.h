// SPDX-License-Identifier: MIT
// `outrider test`: the tests beside the rules, in the real engine, as a reload would run them.
#pragma once

#include "app/command/command_line.h"

namespace outrider::app {

/// Prints what holds and what does not. Returns the exit code: 1 where something does not, or nothing could be loaded.
int test(const TestCommand& command);

}  // namespace outrider::app
