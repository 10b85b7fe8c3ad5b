// SPDX-License-Identifier: MIT
// The error log: what happened, for the operator's eyes. Lines go to standard error or a file through spdlog; any
// thread may call. The access log is another thing (src/observe).
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

/// Sends lines of `level` and above to `file`, or to standard error where it is empty. Call before threads start.
Result<void> open(const std::string& file, Level level);
void set_level(Level level);
bool enabled(Level level);
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
