// SPDX-License-Identifier: MIT
#include "script/bind_hints.h"

#include <string>

#include <fmt/format.h>

#include "push/names.h"
#include "script/stack.h"

namespace outrider::script {
namespace {

int construct(State&, lua_State* L) {
  const auto& constructors = *static_cast<const HintConstructors*>(lua_touserdata(L, lua_upvalueindex(1)));
  const auto kind = static_cast<push::Kind>(lua_tointeger(L, lua_upvalueindex(2)));
  if (is_plain_hint_call(L)) [[likely]] {
    constructors.boxes.push(L, kind, *string_at(L, 1)).crossorigin = push::own_crossorigin(kind);
    return 1;
  }
  const HintCall call = read_hint_call(L, kind);
  if (!call.mistakes.empty() && !constructors.take_down) {
    throw ScriptError(fmt::format("{} \"{}\": {}", name_of(kind), call.hint.url, call.mistakes.front().message));
  }
  HintBox& box = constructors.boxes.push(L, call.hint);
  if (call.mistakes.empty()) return 1;
  const auto [first, last] = constructors.take_down(L, call);
  box.first_problem = first;
  box.last_problem = last;
  return 1;
}

}  // namespace

void install_hint_constructors(State& state, lua_State* L, HintConstructors& constructors) {
  for (std::string_view name : push::kind_names()) {
    lua_pushlightuserdata(L, &constructors);
    lua_pushinteger(L, static_cast<lua_Integer>(*push::kind_named(name)));
    lua_pushcclosure(L, binding<construct>, 2);
    state.set_global(L, std::string(name).c_str());
  }
}

}  // namespace outrider::script
