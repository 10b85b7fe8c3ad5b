// SPDX-License-Identifier: MIT
// Lua's base functions that must see through read-only tables, must not hand out metatables of ours, must not print, or
// must not run a script's code where no debug hook can end it.
#include <fmt/format.h>

#include <string>

#include "base/log.h"
#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/sandbox.h"
#include "script/state.h"

namespace outrider::script {
namespace {

void check_table(lua_State* lua, int index) {
  if (!Frozen::is_table(lua, index)) luaL_typerror(lua, index, "table");
}

int type_of(lua_State* lua) {
  luaL_checkany(lua, 1);
  lua_pushstring(lua, Frozen::is_table(lua, 1) ? "table" : luaL_typename(lua, 1));
  return 1;
}

int next_of(lua_State* lua) {
  lua_settop(lua, 2);
  if (!Frozen::push_table(lua, 1)) luaL_typerror(lua, 1, "table");
  lua_pushvalue(lua, 2);
  if (lua_next(lua, 3) != 0) return 2;
  lua_pushnil(lua);
  return 1;
}

int pairs_of(lua_State* lua) {
  check_table(lua, 1);
  // Upvalue 1 is Lua's own next, which its interpreter has a fast path for; 2 is ours.
  lua_pushvalue(lua, lua_upvalueindex(lua_istable(lua, 1) ? 1 : 2));
  lua_pushvalue(lua, 1);
  lua_pushnil(lua);
  return 3;
}

int ipairs_step(lua_State* lua) {
  const int i = luaL_checkint(lua, 2) + 1;
  if (!Frozen::push_table(lua, 1)) luaL_typerror(lua, 1, "table");
  lua_pushinteger(lua, i);
  lua_rawgeti(lua, -2, i);
  return lua_isnil(lua, -1) ? 0 : 2;
}

int ipairs_of(lua_State* lua) {
  check_table(lua, 1);
  lua_pushvalue(lua, lua_upvalueindex(lua_istable(lua, 1) ? 1 : 2));
  lua_pushvalue(lua, 1);
  lua_pushinteger(lua, 0);
  return 3;
}

int unpack_of(lua_State* lua) {
  check_table(lua, 1);
  const int first = luaL_optint(lua, 2, 1);
  Frozen::push_table(lua, 1);
  lua_replace(lua, 1);
  const int last = lua_isnoneornil(lua, 3) ? static_cast<int>(lua_objlen(lua, 1)) : luaL_checkint(lua, 3);
  if (first > last) return 0;
  const long count = static_cast<long>(last) - first + 1;
  if (count > 8000 || lua_checkstack(lua, static_cast<int>(count)) == 0) {
    return luaL_error(lua, "too many results to unpack");
  }
  for (int i = first;; ++i) {
    lua_rawgeti(lua, 1, i);
    if (i == last) return static_cast<int>(count);
  }
}

int rawget_of(lua_State* lua) {
  luaL_checkany(lua, 2);
  if (!Frozen::push_table(lua, 1)) luaL_typerror(lua, 1, "table");
  lua_pushvalue(lua, 2);
  lua_rawget(lua, -2);
  return 1;
}

int setmetatable_of(lua_State* lua) {
  if (Frozen::is_frozen(lua, 1)) return luaL_error(lua, "cannot set the metatable: this table is read-only");
  luaL_checktype(lua, 1, LUA_TTABLE);
  if (luaL_getmetafield(lua, 1, "__metatable") != 0) return luaL_error(lua, "cannot change a protected metatable");
  lua_settop(lua, 2);
  if (!Frozen::push_table(lua, 2)) {
    if (!lua_isnil(lua, 2)) luaL_typerror(lua, 2, "nil or table");
    lua_pushnil(lua);
  } else if (Frozen::is_frozen(lua, 2)) {
    // getmetatable must not hand out the table behind it.
    Frozen::know_view(lua, 2);
  }
  lua_setmetatable(lua, 1);
  lua_settop(lua, 1);
  return 1;
}

/// Of tables alone: those of strings, read-only tables and our objects are nobody's business.
int getmetatable_of(lua_State* lua) {
  luaL_checkany(lua, 1);
  if (!lua_istable(lua, 1) || lua_getmetatable(lua, 1) == 0) {
    lua_pushnil(lua);
    return 1;
  }
  if (luaL_getmetafield(lua, 1, "__metatable") == 0) Frozen::push_known_view(lua, -1);
  return 1;
}

int print(State& state, lua_State* lua) {
  if (!log::enabled(log::Level::debug)) return 0;
  const int arguments = lua_gettop(lua);
  std::string line = state.nearest_place(lua, 1).text() + ":";
  for (int i = 1; i <= arguments; ++i) {
    lua_pushvalue(lua, lua_upvalueindex(1));  // tostring
    lua_pushvalue(lua, i);
    lua_call(lua, 1, 1);
    line += ' ';
    if (lua_type(lua, -1) == LUA_TSTRING) line += text_at(lua, -1);
    lua_pop(lua, 1);
  }
  log::write(log::Level::debug, line);
  return 0;
}

/// LuaJIT calls the handler where the error arose, and while no debug hook runs if one raised it, as those do that end
/// a call at a limit: such a handler could go on for ever. Ours runs when the error has been caught, as any other code.
/// In Lua, so that a coroutine can yield out of it.
constexpr std::string_view xpcall_source = R"lua(
local pcall, select, type, error = ...
local function finish(handler, fine, ...)
  if fine then return true, ... end
  return false, (select(2, pcall(handler, ...)))
end
return function(body, handler, ...)
  if type(handler) ~= "function" then
    error("bad argument #2 to 'xpcall' (function expected, got " .. type(handler) .. ")", 2)
  end
  return finish(handler, pcall(body, ...))
end
)lua";

/// Sets field `name` of the table on top of the stack to a closure over Lua's own function and ours.
void add_pair(lua_State* lua, const char* name, lua_CFunction function, lua_CFunction ours) {
  lua_pushcfunction(lua, ours);
  lua_pushcclosure(lua, function, 2);
  lua_setfield(lua, -2, name);
}

}  // namespace

void push_made_by(lua_State* lua, std::string_view source, const char* name, int arguments) {
  if (luaL_loadbufferx(lua, source.data(), source.size(), name, "t") != 0) lua_error(lua);
  lua_insert(lua, -1 - arguments);
  lua_call(lua, arguments, 1);
}

void open_base_library(lua_State* lua) {
  const luaL_Reg functions[] = {{"type", type_of},
                                {"next", next_of},
                                {"unpack", unpack_of},
                                {"rawget", rawget_of},
                                {"setmetatable", setmetatable_of},
                                {"getmetatable", getmetatable_of}};
  for (const luaL_Reg& function : functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
  lua_getglobal(lua, "next");
  add_pair(lua, "pairs", pairs_of, next_of);
  // Lua's own step function of ipairs has no name: it is what ipairs returns.
  lua_getglobal(lua, "ipairs");
  lua_newtable(lua);
  lua_call(lua, 1, 1);
  add_pair(lua, "ipairs", ipairs_of, ipairs_step);
  lua_getglobal(lua, "tostring");
  lua_pushcclosure(lua, binding<print>, 1);
  lua_setfield(lua, -2, "print");
  for (const char* name : {"pcall", "select", "type", "error"}) lua_getglobal(lua, name);
  push_made_by(lua, xpcall_source, "=xpcall", 4);
  lua_setfield(lua, -2, "xpcall");
}

}  // namespace outrider::script
