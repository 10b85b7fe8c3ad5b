// SPDX-License-Identifier: MIT
// Paths as they stand in a request, decoded and without a query, and patterns of them.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "config/reading.h"

namespace outrider::config {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool has_dot_segment(std::string_view text) {
  const std::string padded = std::string(text) + "/";
  return has(padded, "/./") || has(padded, "/../");
}

std::string problem_with(std::string_view text) {
  if (text.empty() || text.front() != '/') return "begins with \"/\"";
  if (has(text, "?") || has(text, "#")) return "has no query and no fragment";
  if (has(text, "//")) return "has no empty segments (\"//\")";
  if (has_dot_segment(text)) return "has no segments \".\" and \"..\"";
  if (text.find_first_of("*{}") != std::string_view::npos)
    return "is no pattern: wildcards and captures mean nothing in it";
  if (has_percent_encoding(text)) return "is compared with the decoded path: write the characters themselves";
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), control)) return "has no control characters";
  return {};
}

}  // namespace

bool check_url_path(Report& report, const Text& text, std::string_view what) {
  const std::string problem = problem_with(text.text);
  if (problem.empty()) return true;
  report.add(text.place, text.path, fmt::format("{} {}; found {}", what, problem, text.shown()));
  return false;
}

void add_pattern(Report& report, const Text& text, const std::string& whole, std::string_view example,
                 std::vector<push::Pattern>& patterns) {
  auto pattern = push::Pattern::parse(whole);
  if (pattern) {
    patterns.push_back(std::move(*pattern));
  } else {
    report.wrong(text, fmt::format("a pattern such as {}", example),
                 fmt::format("{}: {}", text.shown(), pattern.error().message));
  }
}

}  // namespace outrider::config
