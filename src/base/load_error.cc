// SPDX-License-Identifier: MIT
#include "base/load_error.h"

#include <utility>

namespace outrider {

std::string Place::text() const {
  if (file.empty() || line == 0) return file;
  return file + ":" + std::to_string(line);
}

std::string Problem::text() const {
  const std::string where = place.text();
  return where.empty() ? message : where + ": " + message;
}

LoadError::LoadError(std::vector<Problem> problems) : problems_(std::move(problems)) {
  for (const Problem& problem : problems_) {
    if (!text_.empty()) text_ += '\n';
    text_ += problem.text();
  }
}

LoadError::LoadError(Place place, std::string message)
    : LoadError(std::vector<Problem>{{std::move(place), std::move(message)}}) {}

}  // namespace outrider
