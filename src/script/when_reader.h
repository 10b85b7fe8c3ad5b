// SPDX-License-Identifier: MIT
// `when = { … }` of a rule: from a Lua table to declared conditions. Control thread, while loading.
#pragma once

#include <string_view>
#include <vector>

#include "push/condition.h"
#include "script/read_values.h"

struct lua_State;

namespace outrider::script {

/// Reads the table at `index`. Appends everything that is wrong with it to `mistakes`. Raises nothing.
push::Conditions read_when(lua_State* L, int index, std::vector<Mistake>& mistakes);

/// The conditions that have a reader, for the test that compares them with the API's table.
std::vector<std::string_view> condition_names();

}  // namespace outrider::script
