// SPDX-License-Identifier: MIT
#include "observe/access_log.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/log_file.h"

namespace outrider::observe {
namespace {

using std::chrono::steady_clock;

Result<UniqueFd> open_target(const std::string& to) {
  if (to != "stdout" && to != "stderr") return open_log_file(to, "access log");
  UniqueFd fd(::fcntl(to == "stdout" ? STDOUT_FILENO : STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!fd) return failure(fmt::format("cannot write the access log to {}: {}", to, std::strerror(errno)));
  return fd;
}

bool is_regular(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// At most PIPE_BUF bytes, which a pipe takes as a whole or not at all, and whole lines where they fit.
std::string_view next_piece(std::string_view lines) {
  if (lines.size() <= PIPE_BUF) return lines;
  const auto end = lines.rfind('\n', PIPE_BUF - 1);
  return lines.substr(0, end == std::string_view::npos ? PIPE_BUF : end + 1);
}

}  // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& to) {
  auto fd = open_target(to);
  if (!fd) return tl::unexpected(fd.error());
  const bool is_path = to != "stdout" && to != "stderr";
  return std::unique_ptr<AccessLog>(new AccessLog(to, is_path, std::move(*fd)));
}

AccessLog::AccessLog(std::string to, bool is_path, UniqueFd fd)
    : to_(std::move(to)), is_path_(is_path), fd_(std::move(fd)), whole_writes_(is_regular(fd_.get())) {
  thread_ = std::thread([this] { run(); });
}

void AccessLog::close() {
  if (!thread_.joinable()) return;
  give_up_at_ = steady_clock::now() + patience;
  stopping_.store(true, std::memory_order_release);
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void AccessLog::append(std::string_view lines) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + lines.size() > max_waiting_bytes) {
      dropped_.fetch_add(lines_in(lines), std::memory_order_relaxed);
      return;
    }
    waiting_ += lines;
  }
  wake_.notify_one();
}

Result<void> AccessLog::reopen() {
  if (!is_path_) return {};
  auto fresh = open_log_file(to_, "access log");
  if (!fresh) return tl::unexpected(fresh.error());
  // In place of the old one under the same number: the writer never sees a moment without a file.
  if (::dup3(fresh->get(), fd_.get(), O_CLOEXEC) < 0) {
    return failure(fmt::format("cannot reopen the access log {}: {}", to_, std::strerror(errno)));
  }
  whole_writes_.store(is_regular(fd_.get()), std::memory_order_relaxed);
  return {};
}

void AccessLog::run() {
  pthread_setname_np(pthread_self(), "outrider/log");
  std::string lines;
  std::unique_lock lock(mutex_);
  while (true) {
    // Wakes now and then without lines, to report losses that append() counted.
    wake_.wait_for(lock, std::chrono::seconds(1), [this] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty() && stop_) break;
    lines.clear();
    lines.swap(waiting_);
    lock.unlock();
    write_out(lines);
    report_dropped();
    lock.lock();
  }
  lock.unlock();
  reported_at_ = {};
  report_dropped();
}

void AccessLog::write_out(std::string_view lines) {
  // A nearly full disk takes a part of a line: it must not swallow the next one that fits.
  bool ends_line = torn_;
  while (ends_line || !lines.empty()) {
    if (!wait_writable()) return drop(lines, ETIMEDOUT);
    const std::string_view piece = ends_line                                       ? "\n"
                                   : whole_writes_.load(std::memory_order_relaxed) ? lines
                                                                                   : next_piece(lines);
    const ssize_t written = ::write(fd_.get(), piece.data(), piece.size());
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) return drop(lines, written < 0 ? errno : EIO);
    torn_ = piece[static_cast<std::size_t>(written) - 1] != '\n';
    if (!ends_line) lines.remove_prefix(static_cast<std::size_t>(written));
    ends_line = false;
  }
}

/// False once the log is being closed and the reader has not made room in time.
bool AccessLog::wait_writable() {
  while (true) {
    pollfd ready{fd_.get(), POLLOUT, 0};
    if (::poll(&ready, 1, 100) > 0) return true;
    if (stopping_.load(std::memory_order_acquire) && steady_clock::now() >= give_up_at_) return false;
  }
}

void AccessLog::drop(std::string_view lines, int error) {
  last_error_ = error;
  dropped_.fetch_add(lines_in(lines), std::memory_order_relaxed);
}

void AccessLog::report_dropped() {
  const std::uint64_t total = dropped();
  const auto now = steady_clock::now();
  if (total == reported_ ||
      (reported_at_ != steady_clock::time_point{} && now - reported_at_ < std::chrono::minutes(1))) {
    return;
  }
  log::warning("access log {}: {} lines were dropped ({})", to_, total - reported_,
               last_error_ == 0 ? "they came faster than they could be written" : std::strerror(last_error_));
  reported_ = total;
  reported_at_ = now;
  last_error_ = 0;
}

void LogBuffer::add(const push::RequestRecord& record) {
  append_line(lines_, format_, record);
  if (lines_.size() >= flush_bytes) flush();
}

void LogBuffer::flush() {
  if (lines_.empty()) return;
  log_.append(lines_);
  lines_.clear();
}

}  // namespace outrider::observe
