// SPDX-License-Identifier: MIT
// Lua's C headers, and the few lines that every binding repeats.
#pragma once

#include <lua.hpp>

#include <string_view>

namespace outrider::script {

inline void push_text(lua_State* lua, std::string_view text) {
  lua_pushlstring(lua, text.data(), text.size());
}

/// The string at `index`, which must be one (a number is none). Valid while the value is on the stack.
inline std::string_view text_at(lua_State* lua, int index) {
  std::size_t size = 0;
  const char* data = lua_tolstring(lua, index, &size);
  return {data, size};
}

/// The string argument `index`, or a Lua error that names the function and the argument.
inline std::string_view check_text(lua_State* lua, int index) {
  std::size_t size = 0;
  const char* data = luaL_checklstring(lua, index, &size);
  return {data, size};
}

inline int absolute(lua_State* lua, int index) {
  return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(lua) + index + 1;
}

}  // namespace outrider::script
