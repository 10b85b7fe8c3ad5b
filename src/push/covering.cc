// SPDX-License-Identifier: MIT
#include "push/covering.h"

#include <algorithm>
#include <string_view>

namespace outrider::push {
namespace {

/// It matches by its selector alone.
bool is_unconditional(const Rule& rule) {
  const bool for_all = !rule.share || *rule.share >= 1;
  return rule.when.empty() && rule.when_function < 0 && for_all && !rule.from && !rule.until && rule.except.empty();
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
  std::string_view folder = a.text();
  if (!folder.ends_with("/**")) return false;
  folder.remove_suffix(2);
  // Of b only what it begins with counts, and there a wildcard's text is no longer what it stands for.
  return folder.find_first_of("*{") == std::string_view::npos && b.text().starts_with(folder);
}

bool covers(const Rule& earlier, const Rule& later) {
  return earlier.final && !earlier.shadow && earlier.phase == later.phase && is_unconditional(earlier) &&
         covers_methods(earlier, later) && covers_hosts(earlier, later) && covers_paths(earlier, later);
}

}  // namespace outrider::push
