// SPDX-License-Identifier: MIT
// Warnings that clients can bring about: so many in ten seconds, so that nobody fills a disk, and how many there were
// beside them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/log.h"

namespace outrider::http {

class GuardLog {
 public:
  static constexpr std::uint64_t window_ms = 10'000;
  static constexpr unsigned most_lines = 20;

  void warn(std::uint64_t now_ms, std::string_view line) {
    flush(now_ms);
    if (written_ == most_lines) {
      ++left_out_;
      return;
    }
    if (written_++ == 0) since_ms_ = now_ms;
    log::write(log::Level::warning, line);
  }

  /// To be called now and then: says what was left out, once it is over.
  void flush(std::uint64_t now_ms) {
    if (written_ == 0 || now_ms - since_ms_ < window_ms) return;
    if (left_out_ != 0) log::warning("the guard: {} more warnings like the last ones", left_out_);
    written_ = 0;
    left_out_ = 0;
  }

 private:
  std::uint64_t since_ms_ = 0;
  unsigned written_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace outrider::http
