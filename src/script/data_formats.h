// SPDX-License-Identifier: MIT
// JSON and CSV into Lua values. Tables come out read-only. All throw ScriptError, whose message begins with `name` and
// the line. Inside a protected call.
#pragma once

#include <string>
#include <string_view>

struct lua_State;

namespace outrider::script {

class State;

/// Pushes what the JSON text says (RFC 8259). null is nil in an object and false in an array (which keeps the places of
/// the others); of a repeated key the last counts; at most 100 levels.
void push_json(State& state, lua_State* lua, std::string_view text, const std::string& name);

/// Pushes a list with one table for each record (RFC 4180), whose keys are the names in the first line.
void push_csv(State& state, lua_State* lua, std::string_view text, const std::string& name);

}  // namespace outrider::script
