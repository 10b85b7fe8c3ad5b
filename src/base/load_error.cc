// SPDX-License-Identifier: MIT
#include "base/load_error.h"

#include <utility>

#include <fmt/core.h>

namespace outrider {

std::string bounded_message(std::string message) {
  if (message.size() <= longest_message) return message;
  const std::string note = fmt::format("… (cut: it has {} bytes)", message.size());
  std::size_t end = longest_message - note.size();
  // Not inside a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
  return message.substr(0, end) + note;
}

Problem more_in_file(const std::string& file) {
  return {{file, 0},
          fmt::format("and more in this file; only the first {} are shown, equal ones once", most_problems_of_file)};
}

std::string Place::text() const {
  if (file.empty() || line == 0) return file;
  return file + ":" + std::to_string(line);
}

std::string Problem::text() const {
  const std::string where = place.text();
  return where.empty() ? message : where + ": " + message;
}

LoadError::LoadError(std::vector<Problem> problems) : problems_(std::move(problems)) {
  if (problems_.size() > most_problems) {
    problems_.resize(most_problems);
    problems_.push_back({{}, fmt::format("and more; only the first {} problems are shown", most_problems)});
  }
  for (Problem& problem : problems_) {
    problem.message = bounded_message(std::move(problem.message));
    if (!text_.empty()) text_ += '\n';
    text_ += problem.text();
  }
}

LoadError::LoadError(Place place, std::string message)
    : LoadError(std::vector<Problem>{{std::move(place), std::move(message)}}) {}

}  // namespace outrider
