// SPDX-License-Identifier: MIT
// `outrider check`: everything that `run` would refuse, without serving.
#pragma once

#include "app/command/command_line.h"

namespace outrider::app {

/// Prints `config.lua: fine: 2 sites, 14 rules, digest …` on standard output, or every problem on standard error; with
/// --json one object on standard output: {"ok", "config", "sites", "rules", "digest"} or {"ok", "config",
/// "problems": [{"file", "line", "message"}]}. Returns the exit code.
int check(const CheckCommand& command);

}  // namespace outrider::app
