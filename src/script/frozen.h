// SPDX-License-Identifier: MIT
// Read-only tables. What is loaded once and seen by every request must not be writable, or requests would leak into
// each other. LuaJIT has no frozen tables and (without 5.2 compatibility) no __pairs and no __len for tables, so a
// read-only table is a userdata that stands in front of the real one; the sandbox's type, pairs, ipairs, next, unpack,
// rawget, table.* and tostring treat it as the table it is, and `#`, indexing and calling work by metamethods.
#pragma once

struct lua_State;

namespace outrider::script {

class State;

struct Frozen {
  /// Makes the metatable. Once a state, before anything else here.
  static void install(State& state, lua_State* lua);

  /// Replaces the table at `index` by its read-only view, and every table inside likewise, in place. What is no table
  /// stays as it is. The same table always gets the same view.
  static void freeze(lua_State* lua, int index);
  /// As freeze, and also the tables that functions found on the way (or at `index`) hold in local variables.
  static void freeze_with_functions(lua_State* lua, int index);

  /// Replaces the table on top of the stack, which holds no functions and whose inner tables are views already, by a
  /// view.
  static void wrap_plain_data(lua_State* lua);

  static bool is_frozen(lua_State* lua, int index);
  /// Pushes the plain table that is at `index` or behind the read-only view at `index`, to be read with lua_next,
  /// lua_rawgeti and lua_objlen and not to be changed nor shown to scripts; false, and nothing pushed, for anything
  /// else.
  static bool push_table(lua_State* lua, int index);
  static bool is_table(lua_State* lua, int index);
  /// From now on push_known_view() gives the view at `index` for the table behind it, also if that is plain data.
  static void know_view(lua_State* lua, int index);
  /// Pushes the view of the plain table at `index` if one is known, as freeze() makes them, else the table.
  static void push_known_view(lua_State* lua, int index);
};

}  // namespace outrider::script
