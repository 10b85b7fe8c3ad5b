// SPDX-License-Identifier: MIT
// `table`: insert, remove, concat, sort. Ours, because Lua's do not know read-only tables, and because its sort can be
// led to quadratic time and does not end in time while it compares plain values.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/memory.h"
#include "script/sandbox.h"
#include "script/state.h"

namespace outrider::script {
namespace {

int length_to_change(lua_State* lua, const char* what) {
  if (Frozen::is_frozen(lua, 1)) {
    throw ScriptError(
        fmt::format("cannot {} this table: it is read-only, because all requests see it; make a copy", what));
  }
  luaL_checktype(lua, 1, LUA_TTABLE);
  return static_cast<int>(lua_objlen(lua, 1));
}

/// Items are moved one by one, and a position may be any number.
void check_time_at(State& state, lua_State* lua, int item) {
  if (item % 1024 == 0) state.check_time(lua);
}

int insert(State& state, lua_State* lua) {
  const int length = length_to_change(lua, "insert into");
  const int arguments = lua_gettop(lua);
  if (arguments == 2) {
    lua_rawseti(lua, 1, length + 1);
    return 0;
  }
  if (arguments != 3) throw ScriptError("insert takes a table, a position if it is not the end, and a value");
  const int position = luaL_checkint(lua, 2);
  for (int i = std::max(length + 1, position); i > position; --i) {
    lua_rawgeti(lua, 1, i - 1);
    lua_rawseti(lua, 1, i);
    check_time_at(state, lua, i);
  }
  lua_rawseti(lua, 1, position);
  return 0;
}

int remove(State& state, lua_State* lua) {
  const int length = length_to_change(lua, "remove from");
  const int position = luaL_optint(lua, 2, length);
  if (position < 1 || position > length) return 0;
  lua_rawgeti(lua, 1, position);
  for (int i = position; i < length; ++i) {
    lua_rawgeti(lua, 1, i + 1);
    lua_rawseti(lua, 1, i);
    check_time_at(state, lua, i);
  }
  lua_pushnil(lua);
  lua_rawseti(lua, 1, length);
  return 1;
}

int concat(State& state, lua_State* lua) {
  if (!Frozen::is_table(lua, 1)) luaL_typerror(lua, 1, "table");
  const std::string_view separator = lua_isnoneornil(lua, 2) ? std::string_view() : check_text(lua, 2);
  const int first = luaL_optint(lua, 3, 1);
  Frozen::push_table(lua, 1);
  lua_replace(lua, 1);
  const int last = lua_isnoneornil(lua, 4) ? static_cast<int>(lua_objlen(lua, 1)) : luaL_checkint(lua, 4);
  std::string text;
  for (long i = first; i <= last; ++i) {
    lua_rawgeti(lua, 1, static_cast<int>(i));
    if (lua_isstring(lua, -1) == 0) {
      throw ScriptError(fmt::format("concat takes strings and numbers; item {} is {}", i, State::describe(lua, -1)));
    }
    if (i != first) text += separator;
    text += text_at(lua, -1);
    lua_pop(lua, 1);
    if (text.size() > state.limits().memory_bytes) throw ScriptError("not enough memory for the result of concat");
    state.check_time(lua);
  }
  push_text(lua, text);
  return 1;
}

/// A stable merge sort: n log n whatever the comparison answers.
class Sorter {
 public:
  static constexpr int table_index = 1, less_index = 2, spare_index = 3;

  Sorter(State& state, lua_State* lua) : state_(state), lua_(lua), own_less_(!lua_isnoneornil(lua, less_index)) {
    if (own_less_) luaL_checktype(lua, less_index, LUA_TFUNCTION);
    lua_settop(lua, less_index);
  }

  void sort(int length) {
    lua_createtable(lua_, length, 0);
    int from = table_index, to = spare_index;
    for (long width = 1; width < length; width *= 2) {
      for (long low = 1; low <= length; low += 2 * width) {
        merge(from, to, low, std::min<long>(low + width, length + 1), std::min<long>(low + 2 * width, length + 1));
      }
      std::swap(from, to);
    }
    if (from == table_index) return;
    for (int i = 1; i <= length; ++i) move(from, i, to, i);
  }

 private:
  void move(int from, long i, int to, long j) {
    lua_rawgeti(lua_, from, static_cast<int>(i));
    lua_rawseti(lua_, to, static_cast<int>(j));
  }

  /// Whether item j goes before item i, of which it stands behind.
  bool goes_before(int table, long j, long i) {
    if (++comparisons_ % 1024 == 0) state_.check_time(lua_);
    if (own_less_) lua_pushvalue(lua_, less_index);
    lua_rawgeti(lua_, table, static_cast<int>(j));
    lua_rawgeti(lua_, table, static_cast<int>(i));
    bool before = false;
    if (own_less_) {
      lua_call(lua_, 2, 1);
      before = lua_toboolean(lua_, -1) != 0;
      lua_pop(lua_, 1);
    } else {
      before = lua_lessthan(lua_, -2, -1) != 0;
      lua_pop(lua_, 2);
    }
    return before;
  }

  void merge(int from, int to, long low, long middle, long high) {
    long left = low, right = middle;
    for (long out = low; out < high; ++out) {
      const bool take_right = left == middle || (right < high && goes_before(from, right, left));
      move(from, take_right ? right++ : left++, to, out);
    }
  }

  State& state_;
  lua_State* lua_;
  bool own_less_;
  unsigned comparisons_ = 0;
};

int sort(State& state, lua_State* lua) {
  const int length = length_to_change(lua, "sort");
  Sorter(state, lua).sort(length);
  return 0;
}

}  // namespace

void open_table_library(lua_State* lua) {
  const luaL_Reg functions[] = {
      {"insert", binding<insert>}, {"remove", binding<remove>}, {"concat", binding<concat>}, {"sort", binding<sort>}};
  for (const luaL_Reg& function : functions) {
    lua_pushcfunction(lua, function.func);
    lua_setfield(lua, -2, function.name);
  }
}

}  // namespace outrider::script
