// SPDX-License-Identifier: MIT
// The globals that scripts see: which of Lua's functions, and that no script makes or changes one. Every chunk's
// environment is one empty table; reading falls through to the globals, writing is an error.
#include "script/sandbox.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/lua_names.h"
#include "script/state.h"
#include "script/words.h"

namespace outrider::script {
namespace {

/// Pushes a table with what scripts see of the library that Lua's own code has opened.
void push_kept(lua_State* lua, const char* library) {
  lua_getglobal(lua, library);
  lua_newtable(lua);
  for (const char* name : lua_library(library).kept) {
    lua_getfield(lua, -2, name);
    lua_setfield(lua, -2, name);
  }
  lua_replace(lua, -2);
}

void push_kept(lua_State* lua, lua_CFunction open, const char* library) {
  lua_pushcfunction(lua, open);
  lua_pushstring(lua, library);
  lua_call(lua, 1, 0);
  push_kept(lua, library);
}

/// Takes the table on top of the stack; its read-only view becomes field `name` of the table below.
void add_frozen(lua_State* lua, const char* name) {
  Frozen::freeze(lua, -1);
  lua_setfield(lua, -2, name);
}

void open_string(lua_State* lua) {
  push_kept(lua, luaopen_string, "string");
  open_string_library(lua);
  // ("x"):find must find ours too, and nothing may get at the table behind it.
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  lua_pop(lua, 2);
  add_frozen(lua, "string");
}

void open_math(lua_State* lua) {
  push_kept(lua, luaopen_math, "math");
  add_frozen(lua, "math");
  // Lua starts every state with the same numbers.
  lua_getglobal(lua, "math");
  lua_getfield(lua, -1, "randomseed");
  lua_pushnumber(lua, static_cast<double>(random_number()));
  lua_call(lua, 1, 0);
  lua_pop(lua, 1);
}

int unknown_global(State& state, lua_State* lua) {
  // 1: the globals, 2: the name
  const std::string name = lua_type(lua, 2) == LUA_TSTRING ? std::string(text_at(lua, 2)) : State::describe(lua, 2);
  const std::vector<std::string> known = state.global_names(lua);
  throw ScriptError(fmt::format("unknown global \"{}\"{}", name, instead_of(name, {known.begin(), known.end()})));
}

int assign_global(State&, lua_State* lua) {
  // 1: the environment, 2: the name, 3: the value; upvalue 1: the names that may be assigned
  lua_pushvalue(lua, 2);
  lua_rawget(lua, lua_upvalueindex(1));
  if (lua_isfunction(lua, -1)) {
    lua_pushvalue(lua, 3);
    lua_call(lua, 1, 0);
    return 0;
  }
  const std::string name = lua_type(lua, 2) == LUA_TSTRING ? std::string(text_at(lua, 2)) : State::describe(lua, 2);
  throw ScriptError(fmt::format("attempt to set global \"{}\"; write \"local {}\"", name, name));
}

}  // namespace

void open_sandbox(State&, lua_State* lua) {
  lua_pushcfunction(lua, luaopen_base);  // also opens coroutine
  lua_pushliteral(lua, "");
  lua_call(lua, 1, 0);
  for (const char* name : lua_library("").kept) {
    lua_getglobal(lua, name);
    lua_setfield(lua, -2, name);
  }
  open_base_library(lua);

  push_kept(lua, "coroutine");
  open_coroutine_library(lua);
  add_frozen(lua, "coroutine");

  open_string(lua);
  lua_newtable(lua);
  open_table_library(lua);
  add_frozen(lua, "table");
  open_math(lua);
  push_kept(lua, luaopen_bit, "bit");
  add_frozen(lua, "bit");
  push_kept(lua, luaopen_os, "os");
  add_frozen(lua, "os");
}

void State::install_environment(lua_State* lua) {
  // On top: the globals.
  lua_newtable(lua);
  push(lua, unknown_global);
  lua_setfield(lua, -2, "__index");
  lua_setmetatable(lua, -2);

  lua_newtable(lua);
  lua_newtable(lua);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_rawgeti(lua, LUA_REGISTRYINDEX, assignable_ref_);
  lua_pushcclosure(lua, binding<assign_global>, 1);
  lua_setfield(lua, -2, "__newindex");
  lua_setmetatable(lua, -2);
  environment_ref_ = luaL_ref(lua, LUA_REGISTRYINDEX);
}

std::vector<std::string> State::global_names(lua_State* lua) const {
  std::vector<std::string> names;
  lua_rawgeti(lua, LUA_REGISTRYINDEX, globals_ref_);
  lua_pushnil(lua);
  while (lua_next(lua, -2) != 0) {
    names.emplace_back(text_at(lua, -2));
    lua_pop(lua, 1);
  }
  lua_pop(lua, 1);
  return names;
}

void State::set_global(lua_State* lua, const char* name) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, globals_ref_);
  lua_insert(lua, -2);
  lua_setfield(lua, -2, name);
  lua_pop(lua, 1);
}

void State::set_global(lua_State* lua, const char* name, Binding function) {
  push(lua, function);
  set_global(lua, name);
}

void State::on_assign(lua_State* lua, const char* name, Binding function) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, assignable_ref_);
  push(lua, function);
  lua_setfield(lua, -2, name);
  lua_pop(lua, 1);
}

}  // namespace outrider::script
