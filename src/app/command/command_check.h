// SPDX-License-Identifier: MIT
// `outrider check`: everything that `run` would refuse, and warnings of what its author will hardly have meant, without
// serving.
#pragma once

#include "app/command/command_line.h"

namespace outrider::app {

/// Prints `config.lua: fine: 2 sites, 14 rules, digest …` on standard output and warnings on standard error, or every
/// problem on standard error; with --json one object on standard output: {"ok", "config", "sites", "rules", "digest",
/// "warnings": [{"id", "file", "line", "rule", "url", "message"}]} or {"ok", "config", "problems": [{"file", "line",
/// "message"}]}. Warnings alone are fine, unless with --strict. Returns the exit code.
int check(const CheckCommand& command);

}  // namespace outrider::app
