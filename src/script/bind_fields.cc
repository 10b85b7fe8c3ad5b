// SPDX-License-Identifier: MIT
#include "script/bind_fields.h"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/text.h"
#include "push/pattern.h"
#include "script/stack.h"

namespace outrider::script {
namespace {

// Upvalues of every function here; the first is the context.
constexpr int source_upvalue = 2;
constexpr int looks_upvalue = 3;
constexpr int methods_upvalue = 4;   // of __index
constexpr int serial_upvalue = 4;    // of an iterator
constexpr int position_upvalue = 5;  // of an iterator

const FieldSource& running_source(lua_State* L) {
  return *static_cast<const FieldSource*>(lua_touserdata(L, lua_upvalueindex(source_upvalue)));
}

const Looks& running_looks(lua_State* L) {
  return *static_cast<const Looks*>(lua_touserdata(L, lua_upvalueindex(looks_upvalue)));
}

/// Notes that the running function looks for the fields of this name.
void note_name(lua_State* L, const CallContext& context, std::string_view name) {
  const Looks& looks = running_looks(L);
  if (looks.at == Looks::At::named_fields) {
    context.request->reads.field(name);
  } else {
    looks.note(context.request->reads);
  }
}

/// Notes that it looks at all of them. Other requests may have fields of other names, which no Vary can tell.
void note_all(lua_State* L, const CallContext& context) {
  const Looks& looks = running_looks(L);
  if (looks.at == Looks::At::named_fields) {
    context.request->reads.personal(push::Personal::fields);
  } else {
    looks.note(context.request->reads);
  }
}

/// A name to compare with, in lower case where the source wants that; short ones without an allocation.
class WantedName {
 public:
  WantedName(std::string_view name, const FieldSource& source) : name_(name) {
    const bool has_upper = std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (source.ignores_case && has_upper) name_ = lowered_ = lower_case(name);
  }
  WantedName(const WantedName&) = delete;
  WantedName& operator=(const WantedName&) = delete;
  std::string_view text() const { return name_; }

 private:
  std::string lowered_;
  std::string_view name_;
};

std::optional<std::string_view> find(lua_State* L, const FieldSource& source, const CallContext& context,
                                     std::string_view name) {
  const WantedName wanted(name, source);
  note_name(L, context, wanted.text());
  const std::size_t size = source.size(context);
  for (std::size_t i = 0; i < size; ++i) {
    const auto item = source.at(context, i);
    if (item.first == wanted.text()) return item.second;
  }
  return std::nullopt;
}

std::string_view name_argument(lua_State* L, const char* method) {
  const int index = first_argument(L);
  const auto name = string_at(L, index);
  if (name) return *name;
  throw ScriptError(
      fmt::format("{}:{}: expected a name, found {}", running_source(L).shown_as, method, State::describe(L, index)));
}

int read(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  const FieldSource& source = running_source(L);
  if (source.has_methods) {
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(methods_upvalue));
    if (!lua_isnil(L, -1)) return 1;
  }
  const auto name = string_at(L, 2);
  if (!name) {
    throw ScriptError(fmt::format("{} is read by name, found {} as a name", source.shown_as, State::describe(L, 2)));
  }
  const auto value = find(L, source, context, *name);
  if (value) {
    push_text(L, *value);
  } else {
    lua_pushnil(L);
  }
  return 1;
}

int refuse_fields_write(State&, lua_State* L) {
  throw ScriptError(fmt::format("{} is read-only", running_source(L).shown_as));
}

int name_fields(State&, lua_State* L) {
  lua_pushstring(L, running_source(L).shown_as);
  return 1;
}

int all(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  const FieldSource& source = running_source(L);
  const WantedName wanted(name_argument(L, "all"), source);
  note_name(L, context, wanted.text());
  lua_newtable(L);
  int count = 0;
  const std::size_t size = source.size(context);
  for (std::size_t i = 0; i < size; ++i) {
    const auto item = source.at(context, i);
    if (item.first != wanted.text()) continue;
    push_text(L, item.second);
    lua_rawseti(L, -2, ++count);
  }
  return 1;
}

int match(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  const FieldSource& source = running_source(L);
  const WantedName glob(name_argument(L, "match"), source);
  if (glob.text().find('*') == std::string_view::npos) {
    note_name(L, context, glob.text());
  } else {
    note_all(L, context);
  }
  const std::size_t size = source.size(context);
  for (std::size_t i = 0; i < size; ++i) {
    const auto item = source.at(context, i);
    if (!push::glob_matches(glob.text(), item.first)) continue;
    push_text(L, item.first);
    push_text(L, item.second);
    return 2;
  }
  lua_pushnil(L);
  return 1;
}

int next_field(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  const FieldSource& source = running_source(L);
  if (static_cast<std::uint64_t>(lua_tonumber(L, lua_upvalueindex(serial_upvalue))) != context.serial) {
    throw ScriptError(fmt::format("{}:each() is used after its request has ended", source.shown_as));
  }
  const auto position = static_cast<std::size_t>(lua_tonumber(L, lua_upvalueindex(position_upvalue)));
  if (position >= source.size(context)) return 0;
  lua_pushnumber(L, static_cast<lua_Number>(position + 1));
  lua_replace(L, lua_upvalueindex(position_upvalue));
  const auto item = source.at(context, position);
  push_text(L, item.first);
  push_text(L, item.second);
  return 2;
}

int each(State&, lua_State* L) {
  const CallContext& context = running_context(L);
  note_all(L, context);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, lua_upvalueindex(source_upvalue));
  lua_pushvalue(L, lua_upvalueindex(looks_upvalue));
  lua_pushnumber(L, static_cast<lua_Number>(context.serial));
  lua_pushnumber(L, 0);
  lua_pushcclosure(L, binding<next_field>, 5);
  return 1;
}

void push_upvalues(lua_State* L, const CallContext& context, const FieldSource& source) {
  lua_pushlightuserdata(L, const_cast<CallContext*>(&context));
  lua_pushlightuserdata(L, const_cast<FieldSource*>(&source));
  lua_pushlightuserdata(L, const_cast<Looks*>(&looks_of(source.section, source.name)));
}

/// Sets a function in the table on top of the stack.
void set_function(lua_State* L, const CallContext& context, const FieldSource& source, const char* name,
                  lua_CFunction function) {
  push_upvalues(L, context, source);
  lua_pushcclosure(L, function, 3);
  lua_setfield(L, -2, name);
}

struct Method {
  const char* name;
  lua_CFunction function;
};

constexpr Method methods[] = {{"all", binding<all>}, {"match", binding<match>}, {"each", binding<each>}};

push::Fields fields_of_response(const CallContext& context) {
  if (context.response == nullptr) throw ScriptError("the response has ended");
  return context.response->fields;
}

}  // namespace

const FieldSource request_headers{"req.headers",
                                  ApiSection::request,
                                  "headers",
                                  true,
                                  true,
                                  [](const CallContext& context) { return context.request->fields.size(); },
                                  [](const CallContext& context, std::size_t position) {
                                    const push::Field& field = context.request->fields[position];
                                    return FieldSource::Item{field.name, field.value};
                                  }};

const FieldSource request_cookies{"req.cookies",
                                  ApiSection::request,
                                  "cookies",
                                  false,
                                  true,
                                  [](const CallContext& context) { return context.request->cookies().size(); },
                                  [](const CallContext& context, std::size_t position) {
                                    const push::Field& cookie = context.request->cookies()[position];
                                    return FieldSource::Item{cookie.name, cookie.value};
                                  }};

const FieldSource request_query{"req.query",
                                ApiSection::request,
                                "query",
                                false,
                                true,
                                [](const CallContext& context) { return context.request->parameters().size(); },
                                [](const CallContext& context, std::size_t position) {
                                  const auto& parameter = context.request->parameters()[position];
                                  return FieldSource::Item{parameter.first, parameter.second};
                                }};

const FieldSource request_params{"req.params",
                                 ApiSection::request,
                                 "params",
                                 false,
                                 false,
                                 [](const CallContext& context) { return context.match->captures.size(); },
                                 [](const CallContext& context, std::size_t position) {
                                   const push::Capture& capture = context.match->captures[position];
                                   return FieldSource::Item{capture.name, capture.value};
                                 }};

const FieldSource response_headers{"res.headers",
                                   ApiSection::response,
                                   "headers",
                                   true,
                                   true,
                                   [](const CallContext& context) { return fields_of_response(context).size(); },
                                   [](const CallContext& context, std::size_t position) {
                                     const push::Field& field = fields_of_response(context)[position];
                                     return FieldSource::Item{field.name, field.value};
                                   }};

void push_fields(lua_State* L, const CallContext& context, const FieldSource& source) {
  lua_newuserdata(L, 1);
  lua_createtable(L, 0, 4);
  push_upvalues(L, context, source);
  lua_createtable(L, 0, 3);
  if (source.has_methods) {
    for (const Method& method : methods) set_function(L, context, source, method.name, method.function);
  }
  lua_pushcclosure(L, binding<read>, 4);
  lua_setfield(L, -2, "__index");
  set_function(L, context, source, "__newindex", binding<refuse_fields_write>);
  set_function(L, context, source, "__tostring", binding<name_fields>);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
}

std::vector<std::string_view> field_method_names() {
  std::vector<std::string_view> names;
  for (const Method& method : methods) names.emplace_back(method.name);
  return names;
}

}  // namespace outrider::script
