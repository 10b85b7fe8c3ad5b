// SPDX-License-Identifier: MIT
// A read-only view is a userdata whose environment is the table behind it: that costs 48 bytes a table and needs no
// metatable of its own. Freezing works in place and without recursion, so that neither a cycle nor a long chain
// matters.
#include "script/frozen.h"

#include <fmt/format.h>

#include "script/lua_api.h"
#include "script/state.h"

namespace outrider::script {
namespace {

// Addresses that serve as keys into the registry.
const char frozen_metatable = 0;
const char views_key = 0;  // table -> its view, weak

void push_registered(lua_State* lua, const char& key) {
  lua_pushlightuserdata(lua, const_cast<char*>(&key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
}

void register_top(lua_State* lua, const char& key) {
  lua_pushlightuserdata(lua, const_cast<char*>(&key));
  lua_insert(lua, -2);
  lua_rawset(lua, LUA_REGISTRYINDEX);
}

/// As Lua reads a table, but a metamethod gets the view, which is 1, and never the table behind it. 2 is the key.
int view_index(State&, lua_State* lua) {
  // As many as Lua follows from table to table.
  constexpr int longest_chain = 100;
  for (int step = 0; step < longest_chain; ++step) {
    lua_settop(lua, 2);
    lua_getfenv(lua, 1);
    lua_pushvalue(lua, 2);
    lua_rawget(lua, -2);
    if (!lua_isnil(lua, -1) || luaL_getmetafield(lua, -2, "__index") == 0) return 1;
    if (lua_isfunction(lua, -1)) {
      lua_insert(lua, 1);
      lua_settop(lua, 3);
      lua_call(lua, 2, 1);
      return 1;
    }
    lua_replace(lua, 1);
    if (!Frozen::is_frozen(lua, 1)) {
      lua_settop(lua, 2);
      lua_gettable(lua, 1);
      return 1;
    }
  }
  throw ScriptError("the __index of this read-only table leads on and on, as if in a circle");
}

int view_newindex(State&, lua_State* lua) {
  const std::string key = lua_type(lua, 2) == LUA_TSTRING   ? fmt::format("\"{}\"", text_at(lua, 2))
                          : lua_type(lua, 2) == LUA_TNUMBER ? fmt::format("[{}]", lua_tonumber(lua, 2))
                                                            : State::describe(lua, 2);
  throw ScriptError(
      fmt::format("cannot set {}: this table is read-only, because all requests see it; make a table of "
                  "your own in the function",
                  key));
}

int view_length(lua_State* lua) {
  lua_getfenv(lua, 1);
  lua_pushnumber(lua, static_cast<lua_Number>(lua_objlen(lua, -1)));
  return 1;
}

int view_call(State&, lua_State* lua) {
  lua_getfenv(lua, 1);
  if (luaL_getmetafield(lua, -1, "__call") == 0) throw ScriptError("attempt to call a table");
  lua_replace(lua, -2);
  lua_insert(lua, 1);
  lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
  return lua_gettop(lua);
}

/// As view_index.
int view_tostring(State&, lua_State* lua) {
  lua_getfenv(lua, 1);
  if (luaL_getmetafield(lua, -1, "__tostring") == 0) {
    lua_pushfstring(lua, "table: %p", lua_topointer(lua, -1));
  } else {
    lua_pushvalue(lua, 1);
    lua_call(lua, 1, 1);
  }
  return 1;
}

/// What a view carries besides its table.
struct View {
  bool plain_data;  // no function in it or below: nothing to find there when loading ends
};

/// Pushes a view of the table at `index`.
void push_new_view(lua_State* lua, int index, bool plain_data) {
  index = absolute(lua, index);
  static_cast<View*>(lua_newuserdata(lua, sizeof(View)))->plain_data = plain_data;
  push_registered(lua, frozen_metatable);
  lua_setmetatable(lua, -2);
  lua_pushvalue(lua, index);
  lua_setfenv(lua, -2);
}

/// Pushes the view of the table at `index`, the one that exists or a new one.
void push_view(lua_State* lua, int index) {
  index = absolute(lua, index);
  push_registered(lua, views_key);
  lua_pushvalue(lua, index);
  lua_rawget(lua, -2);
  if (lua_isnil(lua, -1)) {
    lua_pop(lua, 1);
    lua_pushvalue(lua, index);
    push_new_view(lua, index, false);
    lua_pushvalue(lua, -1);
    lua_insert(lua, -4);  // view, views, table, view
    lua_rawset(lua, -3);
    lua_pop(lua, 1);
    return;
  }
  lua_replace(lua, -2);
}

/// One walk over everything that can be reached.
class Freezer {
 public:
  Freezer(lua_State* lua, bool functions) : lua_(lua), functions_(functions) {
    lua_newtable(lua);
    seen_ = lua_gettop(lua);
    lua_newtable(lua);
    queue_ = lua_gettop(lua);
  }

  /// Replaces the value on top of the stack by what may be shown instead; returns whether that is another one.
  bool replace_top() {
    switch (lua_type(lua_, -1)) {
      case LUA_TTABLE:
        enqueue();
        push_view(lua_, -1);
        lua_replace(lua_, -2);
        return true;
      case LUA_TFUNCTION:
        if (functions_ && lua_iscfunction(lua_, -1) == 0) enqueue();
        return false;
      case LUA_TUSERDATA:
        if (functions_ && Frozen::is_frozen(lua_, -1) && !static_cast<View*>(lua_touserdata(lua_, -1))->plain_data) {
          lua_getfenv(lua_, -1);
          enqueue();
          lua_pop(lua_, 1);
        }
        return false;
      default:
        return false;
    }
  }

  void work() {
    for (int i = 1; i <= queued_; ++i) {
      lua_rawgeti(lua_, queue_, i);
      lua_istable(lua_, -1) ? table() : function();
      lua_pop(lua_, 1);
      State::of(lua_).check_time(lua_);
    }
  }

 private:
  void enqueue() {
    lua_pushvalue(lua_, -1);
    lua_rawget(lua_, seen_);
    const bool seen = lua_toboolean(lua_, -1) != 0;
    lua_pop(lua_, 1);
    if (seen) return;
    lua_pushvalue(lua_, -1);
    lua_pushboolean(lua_, 1);
    lua_rawset(lua_, seen_);
    lua_pushvalue(lua_, -1);
    lua_rawseti(lua_, queue_, ++queued_);
  }

  void table() {
    const int table = lua_gettop(lua_);
    if (lua_getmetatable(lua_, table) != 0) {
      enqueue();
      lua_pop(lua_, 1);
    }
    lua_pushnil(lua_);
    while (lua_next(lua_, table) != 0) {
      if (replace_top()) {
        lua_pushvalue(lua_, -2);
        lua_insert(lua_, -2);
        lua_rawset(lua_, table);  // an existing key: the traversal goes on
      } else {
        lua_pop(lua_, 1);
      }
    }
  }

  void function() {
    const int function = lua_gettop(lua_);
    for (int i = 1; lua_getupvalue(lua_, function, i) != nullptr; ++i) {
      if (replace_top()) {
        lua_setupvalue(lua_, function, i);
      } else {
        lua_pop(lua_, 1);
      }
    }
  }

  lua_State* lua_;
  bool functions_;
  int seen_ = 0;
  int queue_ = 0;
  int queued_ = 0;
};

void freeze_at(lua_State* lua, int index, bool functions) {
  index = absolute(lua, index);
  luaL_checkstack(lua, 20, "to freeze a table");
  const int top = lua_gettop(lua);
  Freezer freezer(lua, functions);
  lua_pushvalue(lua, index);
  if (freezer.replace_top()) lua_replace(lua, index);
  freezer.work();
  lua_settop(lua, top);
}

}  // namespace

void Frozen::install(State& state, lua_State* lua) {
  lua_newtable(lua);
  state.frozen_metatable_ = lua_topointer(lua, -1);
  const luaL_Reg functions[] = {{"__index", binding<view_index>},
                                {"__newindex", binding<view_newindex>},
                                {"__len", view_length},
                                {"__call", binding<view_call>},
                                {"__tostring", binding<view_tostring>}};
  for (const luaL_Reg& function : functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
  lua_pushboolean(lua, 0);
  lua_setfield(lua, -2, "__metatable");
  register_top(lua, frozen_metatable);

  lua_newtable(lua);
  lua_newtable(lua);
  lua_pushliteral(lua, "kv");
  lua_setfield(lua, -2, "__mode");
  lua_setmetatable(lua, -2);
  register_top(lua, views_key);
}

void Frozen::freeze(lua_State* lua, int index) {
  freeze_at(lua, index, false);
}

void Frozen::freeze_with_functions(lua_State* lua, int index) {
  freeze_at(lua, index, true);
}

void Frozen::wrap_plain_data(lua_State* lua) {
  push_new_view(lua, -1, true);
  lua_replace(lua, -2);
}

void Frozen::know_view(lua_State* lua, int index) {
  index = absolute(lua, index);
  push_registered(lua, views_key);
  lua_getfenv(lua, index);
  lua_pushvalue(lua, index);
  lua_rawset(lua, -3);
  lua_pop(lua, 1);
}

void Frozen::push_known_view(lua_State* lua, int index) {
  lua_pushvalue(lua, index);
  push_registered(lua, views_key);
  lua_pushvalue(lua, -2);
  lua_rawget(lua, -2);
  if (lua_isnil(lua, -1)) {
    lua_pop(lua, 2);
    return;
  }
  lua_replace(lua, -3);
  lua_pop(lua, 1);
}

bool Frozen::is_frozen(lua_State* lua, int index) {
  if (lua_type(lua, index) != LUA_TUSERDATA || lua_getmetatable(lua, index) == 0) return false;
  const void* metatable = lua_topointer(lua, -1);
  lua_pop(lua, 1);
  return metatable == State::of(lua).frozen_metatable_;
}

bool Frozen::push_table(lua_State* lua, int index) {
  if (lua_istable(lua, index)) {
    lua_pushvalue(lua, index);
    return true;
  }
  if (!is_frozen(lua, index)) return false;
  lua_getfenv(lua, index);
  return true;
}

bool Frozen::is_table(lua_State* lua, int index) {
  return lua_istable(lua, index) || is_frozen(lua, index);
}

}  // namespace outrider::script
