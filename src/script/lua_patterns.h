// SPDX-License-Identifier: MIT
// Lua's patterns (reference manual 5.4.1 of Lua 5.1, with %f), matched with a bound on the work: Lua's own matcher
// needs time that grows as a power of the subject's length, and subjects come from the network. Knows nothing of Lua
// states.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string_view>

namespace outrider::script {

/// A malformed pattern, or one that took more than its steps.
class PatternError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class LuaPattern {
 public:
  static constexpr int max_captures = 32;

  struct Capture {
    std::size_t begin = 0;
    std::size_t length = 0;
    bool position = false;  // "()": `begin` is meant, not text
  };
  struct Match {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::array<Capture, max_captures> captures;
    int capture_count = 0;
  };

  /// Called now and then in a long search, which it may end by throwing, or by a Lua error.
  using Pause = std::function<void()>;
  static constexpr std::size_t steps_between_pauses = 1u << 16;

  /// Holds views of both texts. All searches with this object together may take `steps`. With `anchors` a leading "^"
  /// means the beginning (find, match, gsub); without, it is a character (gmatch).
  LuaPattern(std::string_view subject, std::string_view pattern, std::size_t steps, Pause pause, bool anchors = true);

  /// The first match that begins at `from` or later (only there, where the pattern is anchored). Throws PatternError.
  bool find(std::size_t from, Match& match);
  /// A match that begins at `from`.
  bool match_at(std::size_t from, Match& match);
  bool anchored() const { return anchored_; }

  /// True if no character of `pattern` has a meaning of its own.
  static bool is_plain(std::string_view pattern);

 private:
  class Run;
  void begin_slice();

  std::string_view subject_;
  std::string_view pattern_;
  std::size_t steps_;
  Pause pause_;
  std::size_t steps_left_;      // behind the slice
  std::size_t slice_left_ = 0;  // until the next pause
  bool anchored_ = false;
};

}  // namespace outrider::script
