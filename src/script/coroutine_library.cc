// SPDX-License-Identifier: MIT
// `coroutine`: Lua's own, but each resumption passes State::enter(), which ends those that nest too deeply: every
// coroutine inside another one takes of the thread's stack, and LuaJIT does not look.
#include "script/lua_api.h"
#include "script/sandbox.h"
#include "script/state.h"

namespace outrider::script {
namespace {

/// Calls the function that is upvalue 1.
int resume(State&, lua_State* lua) {
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
  return lua_gettop(lua);
}

/// What Lua's own wrap, upvalue 1, makes of the function.
int wrap(State&, lua_State* lua) {
  lua_settop(lua, 1);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_insert(lua, 1);
  lua_call(lua, 1, 1);
  lua_pushcclosure(lua, binding<resume>, 1);
  return 1;
}

}  // namespace

void open_coroutine_library(lua_State* lua) {
  lua_getglobal(lua, "coroutine");
  lua_getfield(lua, -1, "resume");
  lua_pushcclosure(lua, binding<resume>, 1);
  lua_setfield(lua, -3, "resume");
  lua_getfield(lua, -1, "wrap");
  lua_pushcclosure(lua, binding<wrap>, 1);
  lua_setfield(lua, -3, "wrap");
  lua_pop(lua, 1);
}

}  // namespace outrider::script
