// SPDX-License-Identifier: MIT
// `run --files DIR`: a site without a configuration, for trying things out on one's own machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "app/command/command_line.h"
#include "config/config.h"

namespace outrider::app {

inline constexpr std::uint16_t development_port = 8443;

/// Throws LoadError: a directory that is missing, a certificate that cannot be made.
config::Config development_config(const RunCommand& command);

/// Where the development certificate lives: $XDG_STATE_HOME/outrider or ~/.local/state/outrider. It is never inside a
/// directory that is served. Throws LoadError where there is no home.
std::filesystem::path state_folder();

/// What to try, for the terminal. `url` ends in "/", `pid` is the process that takes the signals.
std::string development_greeting(const config::Config& config, const std::string& directory, const std::string& url,
                                 int pid);

}  // namespace outrider::app
