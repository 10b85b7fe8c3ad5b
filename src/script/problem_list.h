// SPDX-License-Identifier: MIT
// What one load finds wrong, over all files and sites. A file that several sites name is loaded for each of them, but
// what is wrong with it is said once. Bounded, whatever the files do. Control thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/load_error.h"

namespace outrider::script {

class ProblemList {
 public:
  /// Takes the problem unless it is known or the list is full; of a long message its beginning.
  void add(Problem problem);
  void add(std::vector<Problem> problems);

  const std::vector<Problem>& list() const { return list_; }
  bool none() const { return list_.empty(); }
  /// Nothing more is taken: what there is exceeds what LoadError tells by one, so that it says that there is more.
  bool full() const { return list_.size() > most_problems; }

  /// Throws LoadError if there is any.
  void throw_if_any() const;

 private:
  std::vector<Problem> list_;
  std::set<std::string> texts_;
};

}  // namespace outrider::script
