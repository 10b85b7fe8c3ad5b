// SPDX-License-Identifier: MIT
// Rules that fail: counted by name, and logged once a minute per rule so that one bad rule on a busy site does not bury
// the log. Shared by all workers under a mutex, because failing is rare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "push/rule.h"

namespace outrider::observe {

class RuleFailures {
 public:
  static constexpr std::chrono::seconds interval{60};
  /// Names counted one by one; failures of further rules count as "other".
  static constexpr std::size_t max_names = 10'000;

  explicit RuleFailures(const Clock& clock) : clock_(clock) {}

  /// Counts the failure and logs it, unless this rule's last line is younger than a minute. Any thread.
  void add(const push::Rule& rule, std::string_view error);
  /// Logs what came in since a rule's last line, once that is a minute old. Called each second or so; any thread.
  void tick();
  /// Logs what waits and forgets when each rule was last logged: a new generation has other rules.
  void forget_rules();

  /// What was wrong with the rule last, the first line of it; empty where it has not failed since the last
  /// forget_rules(). Any thread.
  std::string last_error(const push::Rule& rule) const;
  /// Failures by rule name since the start.
  std::map<std::string, std::uint64_t> totals() const;

 private:
  struct Recent {
    std::string where;  // "rules/shop.lua:12: rule \"cart\""
    std::string error;  // the last one
    std::uint64_t unlogged = 0;
    SteadyTime logged_at{};
  };
  void log_waiting(Recent& recent, SteadyTime now);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> totals_;
  std::map<std::string, Recent, std::less<>> recent_;  // by Recent::where
};

/// The log line: `rules/shop.lua:12: rule "cart" failed: ERROR (17 times in the last minute)`; the count is left out
/// for a single failure and stands at the end of the first line of an error that has a traceback.
std::string failure_line(std::string_view where, std::string_view error, std::uint64_t times);

}  // namespace outrider::observe
