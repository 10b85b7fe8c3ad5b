// SPDX-License-Identifier: MIT
#include "script/hint_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "push/names.h"
#include "script/hint_options.h"
#include "script/stack.h"
#include "script/state.h"

namespace outrider::script {
namespace {

std::string wanted_url(push::Kind kind) {
  return kind == push::Kind::preconnect ? "an origin as in \"https://cdn.example\""
                                        : "a path as in \"/app.css\" or an URL";
}

void read_url(lua_State* L, int index, HintCall& call) {
  const auto url = string_at(L, index);
  if (url) {
    call.hint.url.assign(*url);
  } else {
    call.mistakes.push_back(
        {"", fmt::format("expected {}, found {}", wanted_url(call.hint.kind), State::describe(L, index))});
  }
}

/// What an author should write in place of a plain string whose kind nobody can tell.
std::string kind_advice(std::string_view url) {
  const bool is_origin = url.find("://") != url.npos && url.find('/', url.find("://") + 3) == url.npos;
  if (is_origin) return fmt::format("write preconnect \"{}\"", url);
  return fmt::format("write fetch \"{}\", or style, script, module, font or image in place of fetch", url);
}

/// One item of a list; nothing where it is left out.
Result<void> append_hint(lua_State* L, int index, const HintBoxes& boxes, std::vector<push::Hint>& hints) {
  if (lua_isnil(L, index) || (lua_isboolean(L, index) && lua_toboolean(L, index) == 0)) return {};
  auto hint = read_hint(L, index, boxes);
  if (!hint) return tl::unexpected(hint.error());
  hints.push_back(*std::move(hint));
  return {};
}

}  // namespace

bool is_plain_hint_call(lua_State* L) {
  return lua_gettop(L) == 1 && lua_type(L, 1) == LUA_TSTRING;
}

HintCall read_hint_call(lua_State* L, push::Kind kind) {
  HintCall call;
  call.hint.kind = kind;
  call.hint.crossorigin = push::own_crossorigin(kind);
  for (int argument = 1; argument <= std::min(lua_gettop(L), 2); ++argument) see_through(L, argument);
  if (lua_gettop(L) == 1 && lua_istable(L, 1)) {
    read_hint_options(L, 1, true, call);
    lua_rawgeti(L, 1, 1);
    // An image may be a choice among sources and nothing else.
    if (!lua_isnil(L, -1) || call.hint.imagesrcset.empty()) read_url(L, -1, call);
    lua_pop(L, 1);
    return call;
  }
  read_url(L, 1, call);
  if (lua_istable(L, 2)) {
    read_hint_options(L, 2, false, call);
  } else if (!lua_isnoneornil(L, 2)) {
    call.mistakes.push_back(
        {"", fmt::format("expected a table of options behind the URL, found {}", State::describe(L, 2))});
  }
  if (lua_gettop(L) > 2) {
    call.mistakes.push_back(
        {"", fmt::format("takes an URL and a table of options, found {} arguments", lua_gettop(L))});
  }
  return call;
}

Result<push::Hint> read_hint(lua_State* L, int index, const HintBoxes& boxes) {
  if (const HintBox* box = boxes.at(L, index)) return box->hint();
  const auto url = string_at(L, index);
  if (!url) return failure(fmt::format("expected a hint or a path, found {}", State::describe(L, index)));
  const auto kind = push::kind_of_url(*url);
  if (!kind) {
    return failure(fmt::format("the ending of \"{}\" does not tell its kind; {}", *url, kind_advice(*url)));
  }
  push::Hint hint;
  hint.kind = *kind;
  hint.url.assign(*url);
  hint.crossorigin = push::own_crossorigin(*kind);
  return hint;
}

Result<void> read_hints(lua_State* L, int index, const HintBoxes& boxes, std::size_t limit,
                        std::vector<push::Hint>& hints) {
  const int list = absolute(L, index);
  const std::size_t before = hints.size();
  see_through(L, list);
  if (!lua_istable(L, list)) {
    auto added = append_hint(L, list, boxes, hints);
    return added ? added : failure("bad result: expected a list of hints, a hint or nothing; " + added.error().message);
  }
  const auto positions = list_positions(L, list, limit);
  if (!positions) return failure("bad list of hints: " + positions.error().message);
  for (const int position : *positions) {
    lua_rawgeti(L, list, position);
    const auto added = append_hint(L, -1, boxes, hints);
    lua_pop(L, 1);
    if (added) continue;
    hints.resize(before);
    return failure(fmt::format("bad hint {}: {}", position, added.error().message));
  }
  return {};
}

}  // namespace outrider::script
