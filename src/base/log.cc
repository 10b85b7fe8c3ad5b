// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/fd.h"
#include "base/log_file.h"

namespace outrider::log {
namespace {

/// Writes to a descriptor that can be replaced between two lines.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// An empty `file`: standard error.
  void write_to(UniqueFd file) {
    const std::lock_guard lock(mutex_);
    file_ = std::move(file);
    torn_ = false;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (lost_ > 0) {
      const std::string text = fmt::format("{} lines before this one could not be written", lost_);
      if (!write_line({message.logger_name, spdlog::level::warn, text})) {
        ++lost_;
        return;
      }
      lost_ = 0;
    }
    if (!write_line(message)) ++lost_;
  }
  void flush_() override {}

 private:
  bool write_line(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    // The rest of a line that was taken in part never comes.
    if (torn_) line.push_back('\n');
    formatter_->format(message, line);
    const int fd = file_ ? file_.get() : STDERR_FILENO;
    std::size_t done = 0;
    while (done < line.size()) {
      const ssize_t written = ::write(fd, line.data() + done, line.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;
      done += static_cast<std::size_t>(written);
    }
    if (done > 0) torn_ = line[done - 1] != '\n';
    return done == line.size();
  }

  UniqueFd file_;
  std::uint64_t lost_ = 0;
  bool torn_ = false;  // what was written ends inside a line
};

struct Log {
  Log() {
    logger.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    logger.set_level(spdlog::level::info);
  }
  const std::shared_ptr<FileSink> sink = std::make_shared<FileSink>();
  spdlog::logger logger{"outrider", sink};
  std::mutex opening;
  std::string file;  // guarded by `opening`
};

/// Never destroyed: threads log until the process has ended.
Log& the_log() {
  static Log& log = *new Log;
  return log;
}

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
  Log& log = the_log();
  const std::lock_guard lock(log.opening);
  UniqueFd fd;
  if (!file.empty()) {
    auto opened = open_log_file(file, "error log");
    if (!opened) return tl::unexpected(opened.error());
    fd = std::move(*opened);
  }
  log.sink->write_to(std::move(fd));
  log.file = file;
  log.logger.set_level(spdlog_level(level));
  return {};
}

Result<void> reopen() {
  Log& log = the_log();
  const std::lock_guard lock(log.opening);
  if (log.file.empty()) return {};
  auto opened = open_log_file(log.file, "error log");
  if (!opened) return tl::unexpected(opened.error());
  log.sink->write_to(std::move(*opened));
  return {};
}

void set_level(Level level) {
  the_log().logger.set_level(spdlog_level(level));
}

bool enabled(Level level) {
  return the_log().logger.should_log(spdlog_level(level));
}

void write(Level level, std::string_view line) {
  the_log().logger.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace outrider::log
