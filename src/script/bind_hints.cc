// SPDX-License-Identifier: MIT
#include "script/bind_hints.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "push/names.h"
#include "push/push_list.h"
#include "push/substitute.h"
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

/// hint_list(value): what a rule's own `hints` may be, as a list of hints.
int make_list(State& state, lua_State* L) {
  state.require_loading("hint_list");
  const auto& constructors = *static_cast<const HintConstructors*>(lua_touserdata(L, lua_upvalueindex(1)));
  std::vector<push::Hint> hints;
  const auto read = read_hints(L, 1, constructors.boxes, push::PushList::max_entries + 1, hints);
  if (!read) throw ScriptError("hint_list: " + read.error().message);
  if (hints.size() > push::PushList::max_entries) {
    throw ScriptError(fmt::format("hint_list: expected at most {} hints, found more", push::PushList::max_entries));
  }
  lua_createtable(L, static_cast<int>(hints.size()), 0);
  int place = 0;
  for (const push::Hint& hint : hints) {
    if (const auto names = push::wanted_captures(hint.url); !names.empty()) {
      const std::string name(names.front());
      throw ScriptError(
          fmt::format("hint_list: hint \"{}\": {} is filled in where the list is a rule's own; give a function, which "
                      "writes req.params.{} in its place",
                      hint.url, "{" + name + "}", name));
    }
    const std::string problem = push::problem_with(hint);
    if (!problem.empty()) throw ScriptError(fmt::format("hint_list: hint \"{}\": {}", hint.url, problem));
    constructors.boxes.push(L, hint);
    lua_rawseti(L, -2, ++place);
  }
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
  lua_pushlightuserdata(L, &constructors);
  lua_pushcclosure(L, binding<make_list>, 1);
  state.set_global(L, "hint_list");
}

}  // namespace outrider::script
