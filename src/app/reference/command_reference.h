// SPDX-License-Identifier: MIT
// The command line as parts of manual pages, as CLI11 has it. Pure; any thread.
#pragma once

#include <string_view>

#include "app/reference/man_page.h"

namespace CLI {
class App;
}

namespace outrider::app {

/// How the command is called. False, here and below, where there is no such command.
bool write_synopsis(ManPage& page, const CLI::App& app, std::string_view command);
/// Its arguments and options, each with its sentence.
bool write_options(ManPage& page, const CLI::App& app, std::string_view command);
/// All commands, each with its sentence.
void write_commands(ManPage& page, const CLI::App& app);
void write_exit_codes(ManPage& page);

}  // namespace outrider::app
