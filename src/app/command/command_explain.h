// SPDX-License-Identifier: MIT
// `outrider explain`: what would be sent for a request, and why.
#pragma once

#include "app/command/command_line.h"

namespace outrider::app {

/// Prints the explanation, or every problem of the configuration and rules on standard error. Returns the exit code.
int explain(const ExplainCommand& command);

}  // namespace outrider::app
