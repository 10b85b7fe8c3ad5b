// SPDX-License-Identifier: MIT
#include "app/replay/log_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace outrider::app {
namespace {

/// The program that reads it, by its first bytes.
std::string_view decompressor_of(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\x1f\x8b"sv)) return "zcat";
  if (text.starts_with("\x28\xb5\x2f\xfd"sv)) return "zstdcat";
  if (text.starts_with("\xfd\x37zXZ"sv)) return "xzcat";
  return {};
}

/// All threads wait for this: a search from end to end is much faster than a look at each byte.
std::uint64_t line_ends(std::string_view text) {
  std::uint64_t ends = 0;
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++ends;
  return ends;
}

}  // namespace

Result<LogInput> LogInput::open(const std::string& name, std::size_t piece_bytes) {
  UniqueFd fd(name == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return failure(fmt::format("cannot read {}: {}", name, std::strerror(errno)));
  return LogInput(name, std::move(fd), piece_bytes);
}

LogInput::LogInput(std::string name, UniqueFd fd, std::size_t piece_bytes)
    : name_(std::move(name)), fd_(std::move(fd)), piece_(piece_bytes) {}

Result<void> LogInput::fill() {
  while (!ended_ && filled_ < piece_.size()) {
    const ssize_t got = ::read(fd_.get(), piece_.data() + filled_, piece_.size() - filled_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(fmt::format("cannot read {}: {}", name_, std::strerror(errno)));
    filled_ += static_cast<std::size_t>(got);
    ended_ = got == 0;
  }
  return {};
}

Result<std::string_view> LogInput::next() {
  std::copy(piece_.begin() + static_cast<std::ptrdiff_t>(given_), piece_.begin() + static_cast<std::ptrdiff_t>(filled_),
            piece_.begin());
  filled_ -= std::exchange(given_, 0);
  if (auto filled = fill(); !filled) return tl::unexpected(filled.error());
  const std::string_view all(piece_.data(), filled_);
  if (const auto reader = std::exchange(begun_, true) ? std::string_view() : decompressor_of(all); !reader.empty()) {
    return failure(fmt::format("{} is compressed; say {} {} | outrider replay -", name_, reader, name_));
  }
  const auto end = all.rfind('\n');
  given_ = ended_ ? all.size() : end == std::string_view::npos ? 0 : end + 1;
  if (given_ == 0 && !all.empty()) {
    return failure(fmt::format("{} has a line of more than {} bytes: it is no access log", name_, piece_.size()));
  }
  return all.substr(0, given_);
}

std::vector<LineRange> cut_at_lines(std::string_view text, std::size_t count, std::uint64_t first) {
  std::vector<LineRange> ranges;
  const std::size_t about = text.size() / std::max<std::size_t>(count, 1) + 1;
  while (!text.empty()) {
    const auto end = text.find('\n', std::min(about, text.size()) - 1);
    const std::string_view part = text.substr(0, end == std::string_view::npos ? end : end + 1);
    ranges.push_back({part, first, line_ends(part)});
    first += ranges.back().ends;
    text.remove_prefix(part.size());
  }
  return ranges;
}

}  // namespace outrider::app
