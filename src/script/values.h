// SPDX-License-Identifier: MIT
// From a Lua value to a tree of plain values with the places where they are written.
#pragma once

#include <string>
#include <vector>

#include "base/load_error.h"
#include "base/value.h"
#include "script/outline.h"

struct lua_State;

namespace outrider::script {

/// What is at `index`, whole. `outline` says where a table's keys are written, or is null; what it does not know stands
/// at the place of what is around it, `place`. Entries come in the order of the source; those that it does not show
/// come behind, by number and then by name. Appends problems: a table inside itself, more than 32 levels, a key that is
/// neither a string nor a whole number, a value that is no plain one (a coroutine); up to one more than
/// `most_problems_of_file`. Functions become Value::Function.
/// Inside a protected call.
Value value_at(lua_State* lua, int index, const OutlineTable* outline, const Place& place,
               std::vector<Problem>& problems);

}  // namespace outrider::script
