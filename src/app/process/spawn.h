// SPDX-License-Identifier: MIT
// Starts children, and replaces this process's own program. Supervisor only, which has one thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace outrider::app {

/// The hidden option that turns `run` into the server process.
inline constexpr const char* server_fd_option = "--server-fd";

/// This very program, even where its file has been replaced since.
inline constexpr const char* this_binary = "/proc/self/exe";

/// The path that this process was started by: what is installed there after an upgrade is the new program. Ask at
/// start, while the file is still this program's.
std::string installed_binary();

/// Forks and executes `binary` with `--server-fd FD` and `arguments` (without the program's name), in a process group
/// of its own, so that Ctrl-C at a terminal reaches the supervisor alone; with no signal blocked; SIGHUP, SIGUSR1 and
/// SIGUSR2 ignored until the server wants them; without the service manager's variables. `channel_fd` alone is
/// inherited beside the standard ones.
Result<pid_t> spawn_server(const std::string& binary, const std::vector<std::string>& arguments, int channel_fd);

/// Forks and executes `binary` with `arguments`, likewise; its standard output goes to `output_fd`. Ends with 127 where
/// it cannot be executed, which is said on standard error.
Result<pid_t> spawn_trial(const std::string& binary, const std::vector<std::string>& arguments, int output_fd);

/// Executes `binary` with `arguments` in place of this process; `descriptors` are inherited. Returns only where it
/// fails: why, with everything as it was.
Error execute_in_place(const std::string& binary, const std::vector<std::string>& arguments,
                       const std::vector<int>& descriptors);

/// "died by signal 11 (SIGSEGV)", "exited with 3".
std::string describe_end(int wait_status);

}  // namespace outrider::app
