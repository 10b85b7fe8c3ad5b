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
  std::vector<std::string> logs;                                // paths; "-" for standard input
  std::string default_host;                                     // in lower case; of lines that name none
  std::chrono::nanoseconds patience = std::chrono::seconds(2);  // of a thread with a rule's failing calls, see Rulebook
};

struct Replayed {
  Findings findings;
  /// False: there is no other baseline, and the beginning of this log, by its index, does not tell what was hinted.
  /// Then "changed" counts what is hinted.
  bool compares = true;
  std::size_t untold_by = 0;
  std::size_t threads = 1;
  std::chrono::duration<double> took{0};
};

/// `candidate` and `baseline` (which may be null) were loaded for `threads`. Errors: a log cannot be read.
Result<Replayed> replay(const ReplayQuestion& question, const Candidate& candidate, const Candidate* baseline,
                        std::size_t threads);

}  // namespace outrider::app
