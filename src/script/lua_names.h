// SPDX-License-Identifier: MIT
// Which of Lua's own names scripts see, as data: the sandbox is made from it, and manual and editors are told by it.
// Immutable; any thread.
#pragma once

#include <span>
#include <string_view>

namespace outrider::script {

struct LuaLibrary {
  std::string_view name;              // "string"; empty: functions that are globals themselves
  std::span<const char* const> kept;  // Lua's own, as they are
  std::span<const char* const> ours;  // what does the same within limits, by the same name
};

/// All of them; the globals first.
std::span<const LuaLibrary> lua_libraries();
const LuaLibrary& lua_library(std::string_view name);

}  // namespace outrider::script
