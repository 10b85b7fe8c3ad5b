// SPDX-License-Identifier: MIT
#include "script/test_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "script/lua_api.h"
#include "script/stack.h"
#include "script/state.h"
#include "script/words.h"

namespace outrider::script {
namespace {

/// Appends the value on top of the stack, or each value of the list that it is, under this name.
Result<void> read_values(lua_State* L, const std::string& name, TextPairs& pairs) {
  see_through(L, -1);
  std::vector<std::string> values;
  if (lua_istable(L, -1)) {
    auto list = read_strings(L, -1, "a value or a list of values");
    if (!list) return tl::unexpected(list.error());
    values = *std::move(list);
  } else if (const auto value = string_at(L, -1)) {
    values.emplace_back(*value);
  } else {
    return expected("a value (a string)", L, -1);
  }
  for (const std::string& value : values) {
    if (has_controls(value)) return failure("a value has no control characters");
    pairs.emplace_back(name, value);
  }
  return {};
}

void report_unknown_keys(lua_State* L, int table, std::span<const TestKey> keys, std::vector<Mistake>& mistakes) {
  const auto known = names_of(keys);
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    const auto name = string_at(L, -2);
    if (!name) {
      mistakes.push_back({"", fmt::format("expected keys as in path = \"/\", found {}", State::describe(L, -2))});
    } else if (std::find(known.begin(), known.end(), *name) == known.end()) {
      mistakes.push_back({std::string(*name), fmt::format("unknown key \"{}\"{}", *name, instead_of(*name, known))});
    }
    if (enough_mistakes(mistakes)) {
      lua_pop(L, 2);
      return;
    }
    lua_pop(L, 1);
  }
}

}  // namespace

/// Reads `{ name = value, … }`, sorted by name, because Lua's tables have no order.
Result<void> read_named_values(lua_State* L, TextPairs& pairs) {
  see_through(L, -1);
  if (!lua_istable(L, -1)) return expected("a table as in { name = \"value\" }", L, -1);
  Result<void> outcome;
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    const auto name = string_at(L, -2);
    Result<void> read = name && is_token(*name)
                            ? read_values(L, std::string(*name), pairs)
                            : Result<void>(expected("a name with its value, name = \"value\"", L, -2));
    if (!read) outcome = failure(name ? fmt::format("\"{}\": {}", *name, read.error().message) : read.error().message);
    lua_pop(L, 1);
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return outcome;
}

/// Nothing where the value is no number above 0, or one that no connection has.
std::optional<double> positive_number(lua_State* L, double most) {
  const bool is_number = lua_type(L, -1) == LUA_TNUMBER;
  const double number = is_number ? lua_tonumber(L, -1) : 0;
  return number > 0 && number <= most ? std::optional(number) : std::nullopt;
}

std::vector<std::string_view> names_of(std::span<const TestKey> keys) {
  std::vector<std::string_view> names;
  for (const TestKey& key : keys) names.push_back(key.name);
  return names;
}

void read_keys(lua_State* L, int table, std::span<const TestKey> keys, TestRequest& request,
               std::vector<Mistake>& mistakes) {
  report_unknown_keys(L, table, keys, mistakes);
  for (const TestKey& key : keys) {
    push_text(L, key.name);
    lua_rawget(L, table);
    const Result<void> outcome = lua_isnil(L, -1) ? Result<void>() : key.read(L, request);
    if (!outcome) mistakes.push_back({std::string(key.name), fmt::format("{}: {}", key.name, outcome.error().message)});
    lua_pop(L, 1);
  }
}

Result<void> read_table(lua_State* L, const std::string& what, std::span<const TestKey> keys, TestRequest& request) {
  see_through(L, -1);
  if (!lua_istable(L, -1)) return expected(what, L, -1);
  std::vector<Mistake> mistakes;
  read_keys(L, lua_gettop(L), keys, request, mistakes);
  if (mistakes.empty()) return {};
  std::string text;
  for (const Mistake& mistake : mistakes) text += (text.empty() ? "" : "; ") + mistake.message;
  return failure(text);
}

}  // namespace outrider::script
