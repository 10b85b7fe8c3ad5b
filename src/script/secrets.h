// SPDX-License-Identifier: MIT
// `env` and `credential`, for configuration files. What they return is an object, not a string, so that no message, log
// line or string function of the script can show it: tostring() gives ***, joining it with a string gives a secret
// again, and :is("text") compares (== with a string is always false in Lua).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/value.h"

struct lua_State;

namespace outrider::script {

class State;

/// Defines the globals. `folder` is the configuration file's: credential("x") is its credentials/x where systemd gives
/// none. Inside a protected call.
///
/// env("NAME") is an error where the variable is not set; env("NAME", default) is the default then, unchanged. A
/// default that is a number or a boolean makes the variable's text be read as one. credential("name") is the path of
/// the file, which may be missing unless it must be there.
void open_secrets(State& state, lua_State* lua, const std::filesystem::path& folder, bool must_be_there);

/// The string or number of the secret at `index`; nothing if there is none.
std::optional<Value> secret_at(lua_State* lua, int index);

}  // namespace outrider::script
