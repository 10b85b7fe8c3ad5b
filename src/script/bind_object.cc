// SPDX-License-Identifier: MIT
#include "script/bind_object.h"

#include <new>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "script/stack.h"

namespace outrider::script {
namespace {

// Upvalues of an object's __index.
constexpr int context_upvalue = 1;
constexpr int names_upvalue = 2;  // field name → BoundField as light userdata, or the constant itself
constexpr int section_upvalue = 3;
// The fourth is the userdata that holds the BoundFields.

// Upvalues of a method; the first is the context.
constexpr int function_upvalue = 2;
constexpr int bound_looks_upvalue = 3;

/// There is no way to a getter but through this, so that no field is read unnoted.
struct BoundField {
  Getter get;
  const Looks* looks;

  void push(lua_State* L, const CallContext& context) const {
    if (looks->at != Looks::At::nothing) looks->note(context.request->reads);
    get(L, context);
  }
};

[[noreturn]] void throw_unknown(lua_State* L) {
  const auto section = static_cast<ApiSection>(lua_tointeger(L, lua_upvalueindex(section_upvalue)));
  const auto name = string_at(L, 2);
  if (!name)
    throw ScriptError(fmt::format("{} has named fields, found {} as a name", owner_of(section), State::describe(L, 2)));
  throw ScriptError(
      fmt::format("{} has no field \"{}\"{}", owner_of(section), *name, did_you_mean(*name, api_names(section))));
}

int read_field(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  lua_pushvalue(L, 2);
  lua_rawget(L, lua_upvalueindex(names_upvalue));
  const int type = lua_type(L, -1);
  if (type == LUA_TLIGHTUSERDATA) {
    static_cast<const BoundField*>(lua_touserdata(L, -1))->push(L, context);
  } else if (type == LUA_TNIL) {
    throw_unknown(L);
  }
  return 1;
}

int refuse_field_write(State&, lua_State* L) {
  throw ScriptError(
      fmt::format("{} is read-only", owner_of(static_cast<ApiSection>(lua_tointeger(L, lua_upvalueindex(1))))));
}

int name_object(State&, lua_State* L) {
  push_text(L, owner_of(static_cast<ApiSection>(lua_tointeger(L, lua_upvalueindex(1)))));
  return 1;
}

/// Sets a metamethod of the table on top of the stack that knows its section.
void set_metamethod(lua_State* L, const char* name, lua_CFunction function, ApiSection section) {
  lua_pushinteger(L, static_cast<lua_Integer>(section));
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, name);
}

/// Pushes the table of fields and the userdata that it points into; takes the constants that are on top of the stack.
void push_names(lua_State* L, ApiSection section, std::span<const Field> fields,
                std::span<const char* const> constant_names) {
  lua_createtable(L, 0, static_cast<int>(fields.size() + constant_names.size()));
  const int first_constant = lua_gettop(L) - static_cast<int>(constant_names.size());
  for (std::size_t i = 0; i < constant_names.size(); ++i) {
    lua_pushvalue(L, first_constant + static_cast<int>(i));
    lua_setfield(L, -2, constant_names[i]);
  }
  auto* bound = static_cast<BoundField*>(lua_newuserdata(L, sizeof(BoundField) * fields.size()));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    new (&bound[i]) BoundField{fields[i].get, &looks_of(section, fields[i].name)};
    lua_pushlightuserdata(L, &bound[i]);
    lua_setfield(L, -3, fields[i].name);
  }
  lua_insert(L, first_constant);
  lua_insert(L, first_constant);
  lua_settop(L, first_constant + 1);
}

int call_method(State& state, lua_State* L) {
  const auto& looks = *static_cast<const Looks*>(lua_touserdata(L, lua_upvalueindex(bound_looks_upvalue)));
  looks.note(running_context(L).request->reads);
  return reinterpret_cast<State::Binding>(lua_touserdata(L, lua_upvalueindex(function_upvalue)))(state, L);
}

}  // namespace

void push_object(lua_State* L, const CallContext& context, ApiSection section, std::span<const Field> fields,
                 std::span<const char* const> constant_names) {
  push_names(L, section, fields, constant_names);
  const int names = lua_gettop(L) - 1;
  lua_newuserdata(L, 1);
  lua_createtable(L, 0, 4);
  lua_pushlightuserdata(L, const_cast<CallContext*>(&context));
  lua_pushvalue(L, names);
  lua_pushinteger(L, static_cast<lua_Integer>(section));
  lua_pushvalue(L, names + 1);
  lua_pushcclosure(L, binding<read_field>, 4);
  lua_setfield(L, -2, "__index");
  set_metamethod(L, "__newindex", binding<refuse_field_write>, section);
  set_metamethod(L, "__tostring", binding<name_object>, section);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_replace(L, names);
  lua_settop(L, names);
}

void push_with_context(lua_State* L, const CallContext& context, State::Binding function) {
  lua_pushlightuserdata(L, const_cast<CallContext*>(&context));
  lua_pushlightuserdata(L, reinterpret_cast<void*>(function));
  lua_pushcclosure(
      L,
      [](lua_State* inner) {
        return State::enter(inner, reinterpret_cast<State::Binding>(lua_touserdata(inner, lua_upvalueindex(2))));
      },
      2);
}

void push_method(lua_State* L, const CallContext& context, ApiSection section, const char* name,
                 State::Binding function) {
  lua_pushlightuserdata(L, const_cast<CallContext*>(&context));
  lua_pushlightuserdata(L, reinterpret_cast<void*>(function));
  lua_pushlightuserdata(L, const_cast<Looks*>(&looks_of(section, name)));
  lua_pushcclosure(L, binding<call_method>, 3);
}

const Looks& looks_of(ApiSection section, std::string_view name) {
  const ApiEntry* entry = api_entry(section, name);
  CHECK(entry != nullptr);
  return entry->looks;
}

const CallContext& running_context(lua_State* L) {
  const auto& context = *static_cast<const CallContext*>(lua_touserdata(L, lua_upvalueindex(context_upvalue)));
  if (context.request == nullptr) [[unlikely]] {
    throw ScriptError("request has ended; what is needed of it later must be copied into a local variable of the call");
  }
  return context;
}

void push_string_or_nil(lua_State* L, std::string_view text) {
  if (text.empty()) {
    lua_pushnil(L);
  } else {
    push_text(L, text);
  }
}

int first_argument(lua_State* L) {
  return lua_type(L, 1) == LUA_TUSERDATA ? 2 : 1;
}

}  // namespace outrider::script
