// SPDX-License-Identifier: MIT
// Gathers what is wrong over several steps, so that the operator sees all of it at once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/load_error.h"

namespace outrider::app {

class Problems {
 public:
  void add(Place place, std::string message) { list_.push_back({std::move(place), std::move(message)}); }
  void add(const LoadError& error) { list_.insert(list_.end(), error.problems().begin(), error.problems().end()); }
  bool none() const { return list_.empty(); }
  const std::vector<Problem>& list() const { return list_; }
  /// Throws LoadError if there is any.
  void throw_if_any() {
    if (!list_.empty()) throw LoadError(std::move(list_));
  }

  /// Prints one line each on standard error.
  static void print(const std::vector<Problem>& problems);

 private:
  std::vector<Problem> list_;
};

}  // namespace outrider::app
