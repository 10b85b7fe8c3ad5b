// SPDX-License-Identifier: MIT
// What a test says when its expectation does not hold. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "push/evaluate.h"
#include "script/rules.h"

namespace outrider::script {

/// Nothing where the request's list is exactly `expected`: the same kinds and URLs in the same order, and every option
/// that an expected hint sets (to another value than its kind has by itself) equal; options that it leaves alone may be
/// anything. Else its text is `expected style /a.css, script /a.js; found style /a.css; missing: script /a.js (rules
/// that matched: "home" at rules/shop.lua:3)`. `evaluation` has the traces of all rules.
std::optional<Unmet> difference(const std::vector<push::Hint>& expected, const push::Evaluation& evaluation);

/// `rule "home" at rules/shop.lua:3 failed: …` for each rule that did.
std::vector<std::string> rule_failures(const std::vector<push::RuleTrace>& traces);

}  // namespace outrider::script
