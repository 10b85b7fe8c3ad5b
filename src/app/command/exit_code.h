// SPDX-License-Identifier: MIT
// What the process says to whoever started it.
#pragma once

namespace outrider::app {

enum ExitCode : int {
  exit_fine = 0,
  exit_input = 1,        // the user's files or addresses: every problem is on standard error, or in the JSON
  exit_usage = 2,        // the command line
  exit_our_fault = 3,    // a bug or the machine; what a command throws ends in main.cc, with this code
  exit_unreachable = 4,  // no server answers
};

}  // namespace outrider::app
