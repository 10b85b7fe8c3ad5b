// SPDX-License-Identifier: MIT
// What must hold between the keys of a rule once each of them is read. Pure; any thread.
#pragma once

#include <vector>

#include "push/rule.h"
#include "script/read_values.h"

namespace outrider::script {

/// Appends a mistake for each declared hint that cannot be used or names a capture that a path lacks, and for keys that
/// contradict each other.
void check_rule(const push::Rule& rule, std::vector<Mistake>& mistakes);

}  // namespace outrider::script
