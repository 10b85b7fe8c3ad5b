// SPDX-License-Identifier: MIT
// The options of a hint, read from a Lua table.
#pragma once

#include <string_view>
#include <vector>

#include "script/hint_reader.h"

struct lua_State;

namespace outrider::script {

/// Reads every option of the table at `index` into call.hint, whose kind is set, and appends what is wrong. With
/// `first_is_url` item 1 is the URL and no concern of this function. Raises nothing.
void read_hint_options(lua_State* L, int index, bool first_is_url, HintCall& call);

/// The options that have a reader, for the test that compares them with the API's table.
std::vector<std::string_view> hint_option_names();

}  // namespace outrider::script
