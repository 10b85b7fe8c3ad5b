// SPDX-License-Identifier: MIT
// The error log: what happened, for the operator's eyes. Lines go to standard error or a file through spdlog. One
// logger lives as long as the process and only what it writes to is replaced, so that any thread may call anything here
// at any time. The access log is another thing (src/observe).
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "base/result.h"

namespace outrider::log {

enum class Level { debug, info, warning, error };

/// "debug", "info", "warning" or "error"; anything else is an Error that lists them.
Result<Level> parse_level(std::string_view text);

/// Sends lines of `level` and above to `file`, or to standard error where it is empty; before the first call it is
/// standard error and `info`. Never waits for a pipe's reader. What fails leaves everything as it was: a file that
/// cannot be opened, a pipe that nobody reads.
Result<void> open(const std::string& file, Level level);
/// Opens the file anew, for log rotation; what fails leaves the old one in use. Does nothing for standard error.
Result<void> reopen();
void set_level(Level level);
bool enabled(Level level);
/// Writes one line. A line that a full pipe or disk does not take is lost; how many were is said in the next that it
/// takes.
void write(Level level, std::string_view line);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace outrider::log
