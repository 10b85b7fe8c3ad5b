// SPDX-License-Identifier: MIT
#include "app/load/problems.h"

#include <cstdio>

namespace outrider::app {

void Problems::print(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    std::fputs((problem.text() + "\n").c_str(), stderr);
  }
}

}  // namespace outrider::app
