// SPDX-License-Identifier: MIT
// What a new configuration asks for, compared with the running one: nothing that clients would feel, another frontend,
// or what only a new process can do. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"

namespace outrider::app {

/// True if connections can stay as they are: listeners, sites, routes and clients' limits are the same. Rules, logs,
/// certificates' contents and the rest change beside them.
bool same_serving(const config::Config& a, const config::Config& b);

/// For each listener of `from` its index in `to`, by address (of several with port 0 the first is the first); nothing
/// for those that are gone, or whose sockets must be other ones because "[::]" takes IPv4 in one of the two alone.
std::vector<std::optional<std::size_t>> match_listeners(const config::Config& from, const config::Config& to);

/// A sentence for each thing that `wanted` changes against what is in effect and a reload cannot: "workers: 2 run and 4
/// are wanted, …".
std::vector<std::string> needs_restart(const config::Config& running, const config::Config& wanted,
                                       std::size_t workers);

/// What is in effect once `wanted` has taken the place of `running`: all of it but what needs a restart. A later reload
/// has to be compared with this, or it would forget what still waits for the restart.
config::Config in_effect(const config::Config& running, config::Config wanted);

}  // namespace outrider::app
