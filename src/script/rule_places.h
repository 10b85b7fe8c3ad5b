// SPDX-License-Identifier: MIT
// The line that a message about a table names: its key's, where the table is written out; else that of the call.
// Control thread.
#pragma once

#include <vector>

#include "base/load_error.h"
#include "push/rule.h"
#include "script/outline.h"
#include "script/read_values.h"

namespace outrider::script {

/// Where `mistake` is. `outline` is of the table, or null where it is not written out; `call` is where the call stands.
Place place_of(const Mistake& mistake, const OutlineTable* outline, const Place& call);

/// The lines of the keys that can make a rule not match, conditions included, as far as they are not the rule's own.
/// `outline` is of the rule's table, which stands in the rule's file.
std::vector<push::KeyLine> key_lines(const OutlineTable& outline, const Place& rule);

}  // namespace outrider::script
