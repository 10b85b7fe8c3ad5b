// SPDX-License-Identifier: MIT
// What scripts have: a choice of Lua's own functions and ours in place of those that could run for ever, eat memory,
// write what others read, or leave the state. Runs once for each state, inside a protected call.
#pragma once

#include <string_view>

struct lua_State;

namespace outrider::script {

class State;

/// Fills the table on top of the stack with everything that a script sees as a global.
void open_sandbox(State& state, lua_State* lua);

/// The parts, each adding its functions to the table on top of the stack: base functions …
void open_base_library(lua_State* lua);
/// … `string`'s own versions …
void open_string_library(lua_State* lua);
/// … `table`'s …
void open_table_library(lua_State* lua);
/// … and `coroutine`'s, which Lua has opened as a global.
void open_coroutine_library(lua_State* lua);

/// Replaces the `arguments` values on top of the stack by what Lua text of ours returns when it is called with them.
/// `name` is its chunk's; without "@" no place in it is shown to anybody.
void push_made_by(lua_State* lua, std::string_view source, const char* name, int arguments);

}  // namespace outrider::script
