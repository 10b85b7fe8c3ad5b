// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace outrider::log {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

Result<Level> parse_level(std::string_view text) {
  if (text == "debug") return Level::debug;
  if (text == "info") return Level::info;
  if (text == "warning") return Level::warning;
  if (text == "error") return Level::error;
  return failure(fmt::format("\"{}\" is no log level; expected debug, info, warning or error", text));
}

Result<void> open(const std::string& file, Level level) {
  try {
    auto logger =
        file.empty()
            ? std::make_shared<spdlog::logger>("outrider", std::make_shared<spdlog::sinks::stderr_sink_mt>())
            : std::make_shared<spdlog::logger>("outrider", std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    logger->set_level(spdlog_level(level));
    logger->flush_on(spdlog::level::debug);
    spdlog::set_default_logger(std::move(logger));
    return {};
  } catch (const spdlog::spdlog_ex& problem) {
    return failure(fmt::format("cannot open the error log {}: {}", file, problem.what()));
  }
}

void set_level(Level level) {
  spdlog::default_logger_raw()->set_level(spdlog_level(level));
}

bool enabled(Level level) {
  return spdlog::default_logger_raw()->should_log(spdlog_level(level));
}

void write(Level level, std::string_view line) {
  spdlog::default_logger_raw()->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace outrider::log
