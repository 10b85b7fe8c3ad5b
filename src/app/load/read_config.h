// SPDX-License-Identifier: MIT
// The configuration for a load. A certificate, key or folder that only a server needs may not be there where somebody
// checks what goes to another machine: that is a problem, and hides no rule that is wrong.
#pragma once

#include <memory>

#include "app/command/command_line.h"
#include "app/load/problems.h"
#include "config/config.h"
#include "script/sources.h"

namespace outrider::app {

/// Throws LoadError with every problem. Where a server will serve by it and only lacks files, they go to `problems`
/// instead, and the certificates and keys that are missing are left out: nobody may serve by that.
std::shared_ptr<const config::Config> read_config(const RunCommand& command, script::SourceLog& sources, bool serves,
                                                  Problems& problems);

}  // namespace outrider::app
