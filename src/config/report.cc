// SPDX-License-Identifier: MIT
#include "config/report.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace outrider::config {

std::string Text::shown() const {
  return secret ? "a secret string (***)" : fmt::format("\"{}\"", text);
}

void Report::add(const Place& place, std::string_view path, std::string_view message) {
  problems_.push_back({place, path.empty() ? std::string(message) : fmt::format("{}: {}", path, message)});
}

void Report::wrong(const Text& text, std::string_view expected, std::string_view reason) {
  const auto has = [&](std::string_view words) { return reason.find(words) != std::string_view::npos; };
  if (text.secret || reason.empty()) {
    add(text.place, text.path, fmt::format("expected {}; found {}", expected, text.shown()));
  } else if (has("expected ") || has("did you mean ")) {
    add(text.place, text.path, reason);
  } else {
    add(text.place, text.path, fmt::format("{}; expected {}", reason, expected));
  }
}

void Report::add_all(const std::vector<Problem>& problems) {
  problems_.insert(problems_.end(), problems.begin(), problems.end());
}

void Report::throw_if_any() const {
  if (problems_.empty()) return;
  std::map<std::string, std::size_t> rank;  // files in the order in which they came up
  for (const Problem& problem : problems_) rank.emplace(problem.place.file, rank.size());
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Problem& a, const Problem& b) {
    return std::pair(rank[a.place.file], a.place.line) < std::pair(rank[b.place.file], b.place.line);
  });
  throw LoadError(std::move(sorted));
}

}  // namespace outrider::config
