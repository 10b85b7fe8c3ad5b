// SPDX-License-Identifier: MIT
// What shells complete: scripts for bash and zsh, written from the command line as CLI11 has it. Pure; any thread.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace outrider::app {

std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);

}  // namespace outrider::app
