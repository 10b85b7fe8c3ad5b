// SPDX-License-Identifier: MIT
// Reading the Lua stack without surprises: nothing here converts a value, allocates in the Lua state or raises an
// error, so all of it may be used outside a protected call. The thread that owns the state.
#pragma once

#include <optional>
#include <string_view>

#include "script/lua_api.h"

namespace outrider::script {

/// The value if it is a string; unlike for lua_tolstring a number is none. Valid while Lua holds the string.
inline std::optional<std::string_view> string_at(lua_State* L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) return std::nullopt;
  std::size_t size = 0;
  const char* text = lua_tolstring(L, index, &size);
  return std::string_view(text, size);
}

}  // namespace outrider::script
