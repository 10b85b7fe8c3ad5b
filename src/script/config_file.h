// SPDX-License-Identifier: MIT
// Runs a configuration file (a Lua file that returns a table) in the sandbox and hands back plain values with the place
// where each is written. `env` and `credential` exist here and nowhere else.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/value.h"

namespace outrider::script {

class SourceLog;

/// Throws LoadError: unreadable file, syntax error, error raised while it runs, a result that is no table, time or
/// memory limit. The file is named in messages as `shown_as` (what the operator typed), and read by way of `sources`.
/// Unless a server will serve by it, credentials need not be there.
Value load_config_file(const std::filesystem::path& file, const std::string& shown_as, SourceLog& sources,
                       bool serves = true);

}  // namespace outrider::script
