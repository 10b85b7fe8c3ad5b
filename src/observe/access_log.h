// SPDX-License-Identifier: MIT
// The access log: workers collect lines in a buffer of their own (LogBuffer) and hand it over when it is large or old;
// one thread writes for all of them (AccessLog). So a slow disk, a full one or a pipe that nobody reads costs lines,
// which are counted and reported, but never a worker's time. A line is never interleaved with another.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/fd.h"
#include "base/result.h"
#include "observe/log_line.h"

namespace outrider::observe {

class AccessLog {
 public:
  /// Lines that wait for the writer beyond this many bytes are dropped.
  static constexpr std::size_t max_waiting_bytes = 8u << 20;
  /// How long close() waits for a reader that does not read.
  static constexpr std::chrono::milliseconds patience{2000};

  /// Opens `to`: "stdout", "stderr" or a path, which is appended to and made with mode 0640. Starts the writing thread.
  /// Never waits: a pipe that nobody reads is an error.
  static Result<std::unique_ptr<AccessLog>> open(const std::string& to);
  ~AccessLog() { close(); }
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// Hands over whole lines. Any thread; never waits for the disk.
  void append(std::string_view lines);
  /// Writes what waits, then ends the thread; what is appended later is lost. The owner's thread.
  void close();
  /// Opens the path anew, for log rotation; what fails, as open() may, leaves the old file in use. Does nothing for
  /// stdout and stderr.
  Result<void> reopen();
  /// Lines lost so far, since the reader, the disk or the writer could not take them.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  AccessLog(std::string to, bool is_path, UniqueFd fd);
  void run();
  void write_out(std::string_view lines);
  void drop(std::string_view lines, int error);
  void report_dropped();
  bool wait_writable();

  const std::string to_;
  const bool is_path_;
  UniqueFd fd_;
  std::atomic<bool> whole_writes_;  // a regular file: one write(2) a buffer; otherwise at most PIPE_BUF at a time
  bool torn_ = false;               // what was written ends inside a line
  int last_error_ = 0;
  std::uint64_t reported_ = 0;
  std::chrono::steady_clock::time_point reported_at_{};
  std::atomic<std::uint64_t> dropped_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::string waiting_;  // guarded by mutex_
  bool stop_ = false;    // guarded by mutex_
  std::atomic<bool> stopping_{false};
  std::chrono::steady_clock::time_point give_up_at_{};  // written before stopping_
  std::thread thread_;
};

/// One worker's lines on their way to the log. Used on that worker's thread alone.
class LogBuffer {
 public:
  static constexpr std::size_t flush_bytes = 32u << 10;

  LogBuffer(AccessLog& log, LogFormat format) : log_(log), format_(format) {}
  ~LogBuffer() { flush(); }
  LogBuffer(const LogBuffer&) = delete;
  LogBuffer& operator=(const LogBuffer&) = delete;

  void add(const push::RequestRecord& record);
  /// Hands over what was collected; called each 200 ms by the worker's tick.
  void flush();

 private:
  AccessLog& log_;
  const LogFormat format_;
  std::string lines_;
};

}  // namespace outrider::observe
