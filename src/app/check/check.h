// SPDX-License-Identifier: MIT
// The warnings of `outrider check`: everything is gathered, judged and put in order.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/check/against.h"
#include "app/check/gather.h"
#include "app/check/warnings.h"
#include "base/result.h"

namespace outrider::app {

struct CheckOptions {
  std::set<WarningId> ignored;
  std::uint64_t budget_bytes = 1'000'000;  // of a page for which no other is configured
  /// Where the answer must come soon, rules are asked no longer than this; nothing: until all are.
  std::optional<std::chrono::milliseconds> patience;
  std::string urls;       // a file; empty: none
  AgainstServer against;  // with an empty origin: none
};

struct CheckReport {
  std::vector<Warning> warnings;
  bool complete = true;                  // not stopped by `patience`
  std::size_t pages = 0, uncovered = 0;  // of the file of URLs
  std::size_t fetched = 0;               // of the server
  std::string unreachable;               // why it answered nothing; empty: it did
};

/// Errors: the file of URLs, or the origin, cannot be used; each with its place.
Result<CheckReport> find_warnings(Offline& offline, const std::vector<Question>& of_tests, const CheckOptions& options);

}  // namespace outrider::app
