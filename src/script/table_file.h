// SPDX-License-Identifier: MIT
// Runs a Lua file that returns a table, in a sandboxed state of its own which ends with it, and hands back plain values
// with the place where each is written.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/value.h"

struct lua_State;

namespace outrider::script {

class State;

/// Defines what the file sees besides Lua's own; inside a protected call.
using OpenGlobals = std::function<void(State& state, lua_State* lua)>;

/// Throws LoadError: syntax error, error raised while it runs, a result that is no table, time or memory limit. The
/// file is named in messages as `shown_as`. `open` may be null.
Value run_table_file(std::string_view text, const std::string& shown_as, const OpenGlobals& open);

}  // namespace outrider::script
