// SPDX-License-Identifier: MIT
// Logs as pieces of whole lines, so that the memory needed does not grow with them. They are read and not mapped: a
// file that log rotation cuts short meanwhile must not be the end of us, and standard input comes the same way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace outrider::app {

class LogInput {
 public:
  static constexpr std::size_t usual_piece_bytes = std::size_t{32} << 20;

  /// `name`: a path, or "-" for standard input. Errors name it.
  static Result<LogInput> open(const std::string& name, std::size_t piece_bytes = usual_piece_bytes);

  /// The next lines; empty at the end. Valid until the next call. Errors: it cannot be read, it is compressed, a line
  /// does not fit into a piece.
  Result<std::string_view> next();

 private:
  LogInput(std::string name, UniqueFd fd, std::size_t piece_bytes);
  Result<void> fill();

  std::string name_;
  UniqueFd fd_;
  std::vector<char> piece_;
  std::size_t filled_ = 0;  // of piece_
  std::size_t given_ = 0;   // out by the last next()
  bool begun_ = false, ended_ = false;
};

/// Lines that lie side by side.
struct LineRange {
  std::string_view text;
  std::uint64_t first = 1;  // the number of its first line
  std::uint64_t ends = 0;   // how many line ends it has
};

/// `text` in at most `count` parts of about the same size, each of whole lines. `first` is the number of its first
/// line.
std::vector<LineRange> cut_at_lines(std::string_view text, std::size_t count, std::uint64_t first);

}  // namespace outrider::app
