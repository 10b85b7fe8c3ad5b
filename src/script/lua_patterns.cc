// SPDX-License-Identifier: MIT
// A backtracking matcher. Its recursion is as deep as the pattern has repeats and captures, and bounded.
#include "script/lua_patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace outrider::script {
namespace {

constexpr int most_levels_of_match = 200;
constexpr std::size_t no_match = static_cast<std::size_t>(-1);
constexpr std::size_t open_length = static_cast<std::size_t>(-1);  // length of a capture that has not been closed

/// Whether `c` is in the class of the letter `name` ("%a"); another letter stands for itself.
bool in_letter_class(unsigned char c, unsigned char name) {
  bool inside = false;
  switch (std::tolower(name)) {
    case 'a':
      inside = std::isalpha(c) != 0;
      break;
    case 'c':
      inside = std::iscntrl(c) != 0;
      break;
    case 'd':
      inside = std::isdigit(c) != 0;
      break;
    case 'g':
      inside = std::isgraph(c) != 0;
      break;
    case 'l':
      inside = std::islower(c) != 0;
      break;
    case 'p':
      inside = std::ispunct(c) != 0;
      break;
    case 's':
      inside = std::isspace(c) != 0;
      break;
    case 'u':
      inside = std::isupper(c) != 0;
      break;
    case 'w':
      inside = std::isalnum(c) != 0;
      break;
    case 'x':
      inside = std::isxdigit(c) != 0;
      break;
    case 'z':
      inside = c == 0;
      break;
    default:
      return c == name;
  }
  return inside != (std::isupper(name) != 0);
}

}  // namespace

/// One attempt to match at one place. Positions are indices: `s` into the subject, `p` into the pattern.
class LuaPattern::Run {
 public:
  Run(LuaPattern& owner, Match& match)
      : owner_(owner),
        subject_(owner.subject_),
        pattern_(owner.pattern_),
        captures_(match.captures),
        count_(match.capture_count) {
    count_ = 0;
  }

  /// The end of the match of the pattern from `p` on, or no_match.
  std::size_t match(std::size_t s, std::size_t p) {
    if (++depth_ > most_levels_of_match) throw PatternError("pattern too complex");
    const std::size_t end = match_items(s, p);
    --depth_;
    return end;
  }

  void check_closed() const {
    for (int i = 0; i < count_; ++i) {
      if (captures_[static_cast<std::size_t>(i)].length == open_length) throw PatternError("unfinished capture");
    }
  }

 private:
  unsigned char at(std::size_t s) const { return static_cast<unsigned char>(subject_[s]); }
  unsigned char item(std::size_t p) const { return static_cast<unsigned char>(pattern_[p]); }

  void step() {
    if (owner_.slice_left_ == 0) owner_.begin_slice();
    --owner_.slice_left_;
  }

  std::size_t match_items(std::size_t s, std::size_t p) {
    while (p < pattern_.size()) {
      step();
      switch (pattern_[p]) {
        case '(':
          return p + 1 < pattern_.size() && pattern_[p + 1] == ')' ? open(s, p + 2, true) : open(s, p + 1, false);
        case ')':
          return close(s, p + 1);
        case '$':
          if (p + 1 == pattern_.size()) return s == subject_.size() ? s : no_match;
          break;
        case '%':
          if (p + 1 < pattern_.size()) {
            if (pattern_[p + 1] == 'b') {
              s = balanced(s, p + 2);
              if (s == no_match) return no_match;
              p += 4;
              continue;
            }
            if (pattern_[p + 1] == 'f') {
              p += 2;
              if (p >= pattern_.size() || pattern_[p] != '[') throw PatternError("missing '[' after '%f' in pattern");
              const std::size_t end = item_end(p);
              const unsigned char before = s == 0 ? '\0' : at(s - 1);
              const unsigned char here = s < subject_.size() ? at(s) : '\0';
              if (in_set(before, p, end) || !in_set(here, p, end)) return no_match;
              p = end;
              continue;
            }
            if (std::isdigit(item(p + 1)) != 0) {
              s = back_reference(s, item(p + 1));
              if (s == no_match) return no_match;
              p += 2;
              continue;
            }
          }
          break;
        default:
          break;
      }
      const std::size_t end = item_end(p);
      const char repeat = end < pattern_.size() ? pattern_[end] : '\0';
      if (repeat == '*') return longest(s, p, end, 0);
      if (repeat == '+') return longest(s, p, end, 1);
      if (repeat == '-') return shortest(s, p, end);
      const bool fits = one(s, p, end);
      if (repeat == '?') {
        if (fits) {
          const std::size_t rest = match(s + 1, end + 1);
          if (rest != no_match) return rest;
        }
        p = end + 1;
        continue;
      }
      if (!fits) return no_match;
      ++s;
      p = end;
    }
    return s;
  }

  /// Behind the single item (character, class, set) that begins at `p`.
  std::size_t item_end(std::size_t p) {
    const char first = pattern_[p++];
    if (first == '%') {
      if (p >= pattern_.size()) throw PatternError("malformed pattern (ends with '%')");
      return p + 1;
    }
    if (first != '[') return p;
    if (p < pattern_.size() && pattern_[p] == '^') ++p;
    // A "]" that comes first stands for itself.
    for (bool at_first = true; at_first || p >= pattern_.size() || pattern_[p] != ']'; at_first = false) {
      if (p >= pattern_.size()) throw PatternError("malformed pattern (missing ']')");
      // A set may be long, too.
      if (p % 8 == 0) step();
      if (pattern_[p++] == '%') {
        if (p >= pattern_.size()) throw PatternError("malformed pattern (missing ']')");
        ++p;
      }
    }
    return p + 1;
  }

  /// Whether the set "[…]" from `p` to `end` (behind its "]") has `c`.
  bool in_set(unsigned char c, std::size_t p, std::size_t end) {
    const std::size_t last = end - 1;
    bool found = true;
    if (pattern_[++p] == '^') {
      found = false;
      ++p;
    }
    while (p < last) {
      step();
      if (pattern_[p] == '%') {
        if (in_letter_class(c, item(p + 1))) return found;
        p += 2;
      } else if (p + 2 < last && pattern_[p + 1] == '-') {
        if (item(p) <= c && c <= item(p + 2)) return found;
        p += 3;
      } else {
        if (item(p) == c) return found;
        ++p;
      }
    }
    return !found;
  }

  bool one(std::size_t s, std::size_t p, std::size_t end) {
    step();
    if (s >= subject_.size()) return false;
    switch (pattern_[p]) {
      case '.':
        return true;
      case '%':
        return in_letter_class(at(s), item(p + 1));
      case '[':
        return in_set(at(s), p, end);
      default:
        return at(s) == item(p);
    }
  }

  std::size_t longest(std::size_t s, std::size_t p, std::size_t end, std::size_t at_least) {
    std::size_t count = 0;
    while (one(s + count, p, end)) ++count;
    for (;; --count) {
      if (count < at_least) return no_match;
      const std::size_t rest = match(s + count, end + 1);
      if (rest != no_match) return rest;
      if (count == 0) return no_match;
    }
  }

  std::size_t shortest(std::size_t s, std::size_t p, std::size_t end) {
    for (;; ++s) {
      const std::size_t rest = match(s, end + 1);
      if (rest != no_match) return rest;
      if (!one(s, p, end)) return no_match;
    }
  }

  std::size_t balanced(std::size_t s, std::size_t p) {
    if (p + 1 >= pattern_.size()) throw PatternError("malformed pattern (missing arguments to '%b')");
    if (s >= subject_.size() || subject_[s] != pattern_[p]) return no_match;
    const char opens = pattern_[p], closes = pattern_[p + 1];
    std::size_t depth = 1;
    while (++s < subject_.size()) {
      step();
      if (subject_[s] == closes) {
        if (--depth == 0) return s + 1;
      } else if (subject_[s] == opens) {
        ++depth;
      }
    }
    return no_match;
  }

  std::size_t open(std::size_t s, std::size_t p, bool position) {
    if (count_ >= max_captures) throw PatternError("too many captures");
    captures_[static_cast<std::size_t>(count_++)] = {s, position ? 0 : open_length, position};
    const std::size_t end = match(s, p);
    if (end == no_match) --count_;
    return end;
  }

  std::size_t close(std::size_t s, std::size_t p) {
    for (int i = count_ - 1; i >= 0; --i) {
      Capture& capture = captures_[static_cast<std::size_t>(i)];
      if (capture.length != open_length) continue;
      capture.length = s - capture.begin;
      const std::size_t end = match(s, p);
      if (end == no_match) capture.length = open_length;
      return end;
    }
    throw PatternError("invalid pattern capture");
  }

  std::size_t back_reference(std::size_t s, unsigned char digit) {
    const int index = digit - '1';
    if (index < 0 || index >= count_ || captures_[static_cast<std::size_t>(index)].length == open_length) {
      throw PatternError("invalid capture index");
    }
    const Capture& capture = captures_[static_cast<std::size_t>(index)];
    if (capture.position) return no_match;
    const std::string_view text = subject_.substr(capture.begin, capture.length);
    // A comparison is as long as the text.
    for (std::size_t i = 0; i < text.size(); i += 8) step();
    return subject_.substr(s).starts_with(text) ? s + text.size() : no_match;
  }

  LuaPattern& owner_;
  std::string_view subject_;
  std::string_view pattern_;
  std::array<Capture, max_captures>& captures_;
  int& count_;
  int depth_ = 0;
};

LuaPattern::LuaPattern(std::string_view subject, std::string_view pattern, std::size_t steps, Pause pause, bool anchors)
    : subject_(subject), pattern_(pattern), steps_(steps), pause_(std::move(pause)), steps_left_(steps) {
  if (anchors && pattern.starts_with('^')) {
    anchored_ = true;
    pattern_.remove_prefix(1);
  }
}

void LuaPattern::begin_slice() {
  if (steps_left_ == 0) throw PatternError(fmt::format("pattern took more than {} steps", steps_));
  if (pause_ && steps_left_ < steps_) pause_();
  slice_left_ = std::min(steps_left_, steps_between_pauses);
  steps_left_ -= slice_left_;
}

bool LuaPattern::match_at(std::size_t from, Match& match) {
  Run run(*this, match);
  const std::size_t end = run.match(from, 0);
  if (end == no_match) return false;
  run.check_closed();
  match.begin = from;
  match.end = end;
  return true;
}

bool LuaPattern::find(std::size_t from, Match& match) {
  for (; from <= subject_.size(); ++from) {
    if (match_at(from, match)) return true;
    if (anchored_) return false;
  }
  return false;
}

bool LuaPattern::is_plain(std::string_view pattern) {
  return pattern.find_first_of("^$*+?.([%-") == std::string_view::npos;
}

}  // namespace outrider::script
