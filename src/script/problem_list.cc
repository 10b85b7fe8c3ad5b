// SPDX-License-Identifier: MIT
#include "script/problem_list.h"

#include <utility>

namespace outrider::script {

void ProblemList::add(Problem problem) {
  if (full()) return;
  problem.message = bounded_message(std::move(problem.message));
  if (texts_.insert(problem.text()).second) list_.push_back(std::move(problem));
}

void ProblemList::add(std::vector<Problem> problems) {
  for (Problem& problem : problems) add(std::move(problem));
}

void ProblemList::throw_if_any() const {
  if (!none()) throw LoadError(list_);
}

}  // namespace outrider::script
