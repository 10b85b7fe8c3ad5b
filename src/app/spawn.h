// SPDX-License-Identifier: MIT
// Starts the server process: this very binary again, with one end of a line to the supervisor. Supervisor only, which
// has one thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace outrider::app {

/// The hidden option that turns `run` into the server process.
inline constexpr const char* server_fd_option = "--server-fd";

/// Forks and executes /proc/self/exe with `--server-fd FD` and `arguments` (without the program's name), in a process
/// group of its own, so that Ctrl-C at a terminal reaches the supervisor alone; with no signal blocked, SIGHUP ignored
/// until the server wants it. `channel_fd` alone is inherited beside the standard ones.
Result<pid_t> spawn_server(const std::vector<std::string>& arguments, int channel_fd);

/// "died by signal 11 (SIGSEGV)", "exited with 3".
std::string describe_end(int wait_status);

}  // namespace outrider::app
