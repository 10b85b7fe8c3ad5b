// SPDX-License-Identifier: MIT
#include "script/hint_box.h"

#include <cstring>
#include <string>

#include "base/text.h"
#include "script/lua_api.h"

namespace outrider::script {
namespace {

char* bytes_of(HintBox* box) {
  return reinterpret_cast<char*>(box + 1);
}
const char* bytes_of(const HintBox* box) {
  return reinterpret_cast<const char*>(box + 1);
}

int hint_to_string(lua_State* L) {
  // Only hints have this metatable, and scripts cannot reach it.
  const auto* box = static_cast<const HintBox*>(lua_touserdata(L, 1));
  const std::string_view kind = push::name_of(box->kind), url = box->url();
  lua_pushlstring(L, kind.data(), kind.size());
  lua_pushliteral(L, " \"");
  lua_pushlstring(L, url.data(), url.size());
  lua_pushliteral(L, "\"");
  lua_concat(L, 4);
  return 1;
}

int hint_called(lua_State* L) {
  hint_to_string(L);
  return luaL_error(L, "%s is called as a function; options go inside the parentheses: style(\"/app.css\", { … })",
                    lua_tostring(L, -1));
}

int hint_indexed(lua_State* L) {
  return luaL_error(L, "a hint has no fields to read or to change; make a new one");
}

}  // namespace

std::string_view HintBox::text(int index) const {
  const char* at = bytes_of(this);
  for (int i = 0; i < index; ++i) at += sizes[i];
  return {at, sizes[index]};
}

push::Hint HintBox::hint() const {
  push::Hint hint;
  hint.kind = kind;
  hint.crossorigin = crossorigin;
  hint.fetchpriority = fetchpriority;
  hint.priority = priority;
  hint.nopush = nopush;
  hint.push_only = push_only;
  std::string* const targets[] = {&hint.url,   &hint.type,        &hint.integrity,
                                  &hint.media, &hint.imagesrcset, &hint.imagesizes};
  const char* at = bytes_of(this);
  int i = 0;
  for (std::string* target : targets) {
    target->assign(at, sizes[i]);
    at += sizes[i++];
  }
  if (sizes[i] == 0) return hint;
  for (std::string_view name : split({at, sizes[i]}, ',')) hint.with.emplace_back(name);
  return hint;
}

HintBoxes::HintBoxes(lua_State* L) {
  lua_createtable(L, 0, 6);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushcfunction(L, hint_to_string);
  lua_setfield(L, -2, "__tostring");
  lua_pushcfunction(L, hint_called);
  lua_setfield(L, -2, "__call");
  lua_pushcfunction(L, hint_indexed);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, hint_indexed);
  lua_setfield(L, -2, "__newindex");
  metatable_ = lua_topointer(L, -1);
  metatable_ref_ = luaL_ref(L, LUA_REGISTRYINDEX);
}

HintBox& HintBoxes::push(lua_State* L, const std::string_view (&texts)[HintBox::text_count]) const {
  std::size_t size = sizeof(HintBox);
  for (std::string_view text : texts) size += text.size();
  auto* box = static_cast<HintBox*>(lua_newuserdata(L, size));
  std::memset(static_cast<void*>(box), 0, sizeof(HintBox));
  char* at = bytes_of(box);
  for (int i = 0; i < HintBox::text_count; ++i) {
    box->sizes[i] = static_cast<std::uint32_t>(texts[i].size());
    if (texts[i].empty()) continue;
    std::memcpy(at, texts[i].data(), texts[i].size());
    at += texts[i].size();
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, metatable_ref_);
  lua_setmetatable(L, -2);
  return *box;
}

HintBox& HintBoxes::push(lua_State* L, push::Kind kind, std::string_view url) const {
  HintBox& box = push(L, {url, {}, {}, {}, {}, {}, {}});
  box.kind = kind;
  return box;
}

HintBox& HintBoxes::push(lua_State* L, const push::Hint& hint) const {
  std::string with;
  for (const std::string& name : hint.with) with.append(with.empty() ? "" : ",").append(name);
  HintBox& box = push(L, {hint.url, hint.type, hint.integrity, hint.media, hint.imagesrcset, hint.imagesizes, with});
  box.kind = hint.kind;
  box.crossorigin = hint.crossorigin;
  box.fetchpriority = hint.fetchpriority;
  box.priority = hint.priority;
  box.nopush = hint.nopush;
  box.push_only = hint.push_only;
  return box;
}

const HintBox* HintBoxes::at(lua_State* L, int index) const {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_getmetatable(L, index) == 0) return nullptr;
  const bool ours = lua_topointer(L, -1) == metatable_;
  lua_pop(L, 1);
  return ours ? static_cast<const HintBox*>(lua_touserdata(L, index)) : nullptr;
}

}  // namespace outrider::script
