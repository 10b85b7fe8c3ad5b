// SPDX-License-Identifier: MIT
// One phase of a request's rules, without those that an operator has switched off.
#pragma once

#include <string_view>
#include <vector>

#include "push/evaluate.h"

namespace outrider::push {

class Switches;

struct RuleRun {
  Evaluation evaluation;
  bool ran = false;       // some rule was of that phase
  bool some_off = false;  // some rule that could match is switched off
  /// What rules that are switched off declare, as far as it is known without running a function.
  PushList switched_off;
};

/// Evaluates what of `matches` belongs to `phase`, as evaluate() does. Takes rules that are switched off for the site
/// out of `matches`. `switches` may be null. `marks`, if given, gets one for each rule that was asked or is off.
RuleRun run_rules(std::vector<Match>& matches, Phase phase, const Request& request, const Response* response,
                  FunctionHost* functions, const Switches* switches, std::string_view site, bool trace,
                  std::vector<RuleMark>* marks = nullptr);

}  // namespace outrider::push
