// SPDX-License-Identifier: MIT
// Recorded traffic against rules, without a server: reads the logs piece by piece, and has every core look at its part.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "app/replay/candidate.h"
#include "app/replay/findings.h"
#include "base/result.h"

namespace outrider::app {

struct ReplayQuestion {
  std::vector<std::string> logs;  // paths; "-" for standard input
  std::string default_host;       // in lower case; of lines that name none
};

struct Replayed {
  Findings findings;
  /// False: the log does not tell what was hinted, and there is no other baseline. Then "changed" counts what is
  /// hinted.
  bool compares = true;
  std::size_t threads = 1;
  std::chrono::duration<double> took{0};
};

/// `candidate` and `baseline` (which may be null) were loaded for `threads`. Errors: a log cannot be read.
Result<Replayed> replay(const ReplayQuestion& question, const Candidate& candidate, const Candidate* baseline,
                        std::size_t threads);

}  // namespace outrider::app
