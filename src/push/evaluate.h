// SPDX-License-Identifier: MIT
// From the rules that can match to the push list: conditions, shares, functions, `final`. A rule that fails costs its
// own hints and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "push/push_list.h"
#include "push/request.h"
#include "push/rule_set.h"

namespace outrider::push {

/// Runs the functions of rules. src/script implements it, one per worker; it is called on the worker's thread alone.
class FunctionHost {
 public:
  virtual ~FunctionHost() = default;
  /// Calls rule.when_function. Errors carry file:line and the traceback's head.
  virtual Result<bool> condition_holds(const Match& match, const Request& request, const Response* response) = 0;
  /// Calls rule.hints_function and appends what it returns to `hints`. On an error `hints` is left as it was.
  virtual Result<void> hints(const Match& match, const Request& request, const Response* response,
                             std::vector<Hint>& hints) = 0;
  /// Whether calls fail now whatever the rule, because rules keep too much in memory.
  virtual bool is_full() const { return false; }
};

/// One hint that a rule returned, and what became of it.
struct Returned {
  enum class Fate : std::uint8_t { listed, repeats, unusable, no_room };

  Hint hint;  // with captures filled in
  Fate fate = Fate::listed;
  /// Of what repeats: the rule that had it first, or nullptr where the application had.
  const Rule* first = nullptr;
  std::string problem;  // of what is unusable
};

/// What happened to one rule that could match.
struct RuleTrace {
  const Rule* rule = nullptr;
  bool matched = false;
  std::string_view failed_condition;  // "cookie", "share", "from", "when" (a function) …; empty if it matched
  std::string_view personal;          // what it looked at that is one visitor's: "cookies"; empty: nothing
  std::string error;                  // of its function, or empty
  std::vector<Returned> returned;     // where traces are asked for
};

/// What happened to one rule, in short: for whoever keeps it of every request.
struct RuleMark {
  enum class What : std::uint8_t { matched, failed_condition, switched_off };

  const Rule* rule = nullptr;
  What what = What::matched;
  std::string_view condition;  // the one that failed, as in RuleTrace
  bool in_error = false;       // its function failed, or it returned nonsense
  std::size_t hints = 0;       // of its own that are in the list
};

struct Evaluation {
  PushList list;
  /// What shadow rules returned: counted and explained, delivered to nobody.
  PushList shadow;
  /// What all rules that were evaluated looked at, also those that did not match or returned nothing: another visitor's
  /// list may differ by it. Not what shadow rules looked at, which change nobody's list.
  Reads reads;
  /// Filled only where asked for, and for rules that failed.
  std::vector<RuleTrace> traces;

  /// At least one rule failed.
  bool failed() const;
};

/// Evaluates the matches of one phase in their order. `functions` may be null where no rule has any. Of entries whose
/// URL cannot be used (problem_with) or beyond the list's limit the rule is at fault: its trace has the error, the good
/// entries stay. A declared hint's "{name}" is replaced by the capture, percent-encoded. `final` ends its own phase; a
/// shadow rule ends nothing. A trace's error does not name the rule or its place; src/script's part of it may. `marks`,
/// if given, gets one for each rule that was asked.
Evaluation evaluate(const std::vector<Match>& matches, Phase phase, const Request& request, const Response* response,
                    FunctionHost* functions, bool trace, std::vector<RuleMark>* marks = nullptr);

}  // namespace outrider::push
