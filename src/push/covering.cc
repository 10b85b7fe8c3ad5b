// SPDX-License-Identifier: MIT
#include "push/covering.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace outrider::push {
namespace {

bool covers(const Segment& a, const Segment& b) {
  using Type = Segment::Type;
  const bool takes_all = a.type == Type::glob && a.text == "*";
  switch (b.type) {
    case Type::literal:
      return a.fits(b.text);
    case Type::glob:
      // As a text: what a `*` in it stands for, a `*` in the other takes as well.
      if (a.type == Type::glob) return glob_matches(a.text, b.text);
      return a.type == Type::capture && b.text != "*";
    case Type::capture:
      return takes_all || a.type == Type::capture;
  }
  return false;
}

bool covers(std::span<const Segment> a, std::span<const Segment> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Segment& one, const Segment& other) { return covers(one, other); });
}

/// "/docs/**"
bool is_folder(const Pattern& pattern) {
  const std::string& text = pattern.text();
  return text.ends_with("/**") && text.find("**") == text.size() - 2;
}

bool crosses_segments(const Pattern& pattern) {
  return pattern.tail() != nullptr || !pattern.last_segments().empty();
}

bool covers_methods(const Rule& earlier, const Rule& later) {
  static const std::vector<std::string> unsaid{"GET", "HEAD"};
  const auto& has = earlier.methods.empty() ? unsaid : earlier.methods;
  const auto& wanted = later.methods.empty() ? unsaid : later.methods;
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const std::string& method) { return std::find(has.begin(), has.end(), method) != has.end(); });
}

/// A glob as a text: what a `*` in it stands for, a `*` in the other takes as well.
bool covers_hosts(const Rule& earlier, const Rule& later) {
  if (earlier.hosts.empty()) return true;
  return !later.hosts.empty() && std::all_of(later.hosts.begin(), later.hosts.end(), [&](const std::string& host) {
    return std::any_of(earlier.hosts.begin(), earlier.hosts.end(),
                       [&](const std::string& glob) { return glob_matches(glob, host); });
  });
}

bool covers_paths(const Rule& earlier, const Rule& later) {
  if (earlier.paths.empty()) return true;
  return !later.paths.empty() && std::all_of(later.paths.begin(), later.paths.end(), [&](const Pattern& path) {
    return std::any_of(earlier.paths.begin(), earlier.paths.end(),
                       [&](const Pattern& pattern) { return covers(pattern, path); });
  });
}

}  // namespace

bool covers(const Pattern& a, const Pattern& b) {
  if (a == b) return true;
  if (b.is_exact()) return a.matches(b.text(), nullptr);
  if (is_folder(a)) {
    // Whatever b has behind that many segments of its own, there is a slash before it.
    const std::size_t depth = a.segments().size();
    const std::span<const Segment> segments = b.segments();
    const bool is_below = segments.size() > depth || (segments.size() == depth && crosses_segments(b));
    return is_below && covers(a.segments(), segments.first(depth));
  }
  return a.tail() == nullptr && b.tail() == nullptr && crosses_segments(a) == crosses_segments(b) &&
         covers(a.segments(), b.segments()) && covers(a.last_segments(), b.last_segments());
}

bool ends_for_all(const Rule& rule) {
  const bool for_all = !rule.share || *rule.share >= 1;
  return rule.final && !rule.shadow && for_all && rule.when.empty() && rule.when_function < 0 && !rule.from &&
         !rule.until && rule.except.empty();
}

bool covers(const Rule& earlier, const Rule& later) {
  return ends_for_all(earlier) && earlier.phase == later.phase && covers_methods(earlier, later) &&
         covers_hosts(earlier, later) && covers_paths(earlier, later);
}

}  // namespace outrider::push
