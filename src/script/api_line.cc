// SPDX-License-Identifier: MIT
#include "script/api_line.h"

#include <fmt/format.h>

#include "script/lua_api.h"
#include "script/state.h"

namespace outrider::script {
namespace {

constexpr int spoken_api = 1;

int set_api(State&, lua_State* L) {
  const bool is_number = lua_type(L, 1) == LUA_TNUMBER;
  if (is_number && lua_tonumber(L, 1) == spoken_api) return 0;
  if (!is_number) throw ScriptError(fmt::format("api: expected a number, found {}", State::describe(L, 1)));
  throw ScriptError(fmt::format("this file wants api {}; this version speaks {}", lua_tonumber(L, 1), spoken_api));
}

}  // namespace

void allow_api_line(State& state, lua_State* L) {
  state.on_assign(L, "api", set_api);
}

}  // namespace outrider::script
