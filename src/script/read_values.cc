// SPDX-License-Identifier: MIT
#include "script/read_values.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/load_error.h"
#include "script/frozen.h"
#include "script/stack.h"
#include "script/state.h"

namespace outrider::script {
namespace {

/// More positions than any list has entries in earnest; of a table with more keys only these are looked at.
constexpr std::size_t most_positions = 4096;

}  // namespace

bool enough_mistakes(const std::vector<Mistake>& mistakes) {
  return mistakes.size() > most_problems_of_file;
}

void see_through(lua_State* L, int index) {
  const int at = absolute(L, index);
  if (lua_type(L, at) == LUA_TUSERDATA && Frozen::push_table(L, at)) lua_replace(L, at);
}

tl::unexpected<Error> expected(const std::string& what, lua_State* L, int index) {
  return failure(fmt::format("expected {}, found {}", what, State::describe(L, index)));
}

Result<std::string> read_string(lua_State* L, int index, const std::string& what) {
  const auto text = string_at(L, index);
  if (!text || text->empty()) return expected(what, L, index);
  return std::string(*text);
}

Result<bool> read_boolean(lua_State* L, int index) {
  if (!lua_isboolean(L, index)) return expected("true or false", L, index);
  return lua_toboolean(L, index) != 0;
}

Result<std::vector<int>> list_positions(lua_State* L, int index, std::size_t limit) {
  const int table = absolute(L, index);
  std::vector<int> positions;
  bool ascending = true;
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    lua_pop(L, 1);
    const double number = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
    const bool is_position = number >= 1 && number <= 1e9 && number == static_cast<int>(number);
    if (!is_position) {
      const auto name = string_at(L, -1);
      auto problem = failure(name ? fmt::format("expected a list, found the key \"{}\"", *name)
                                  : fmt::format("expected a list, found {} as a key", State::describe(L, -1)));
      lua_pop(L, 1);
      return problem;
    }
    const int position = static_cast<int>(number);
    ascending = ascending && (positions.empty() || positions.back() < position);
    positions.push_back(position);
    if (positions.size() >= most_positions) {
      lua_pop(L, 1);
      break;
    }
  }
  if (!ascending) std::sort(positions.begin(), positions.end());
  if (positions.size() > limit) positions.resize(limit);
  return positions;
}

Result<std::vector<std::string>> read_strings(lua_State* L, int index, const std::string& what) {
  std::vector<std::string> strings;
  if (!lua_istable(L, index)) {
    auto one = read_string(L, index, what);
    if (!one) return tl::unexpected(one.error());
    strings.push_back(*std::move(one));
    return strings;
  }
  const int list = absolute(L, index);
  const auto positions = list_positions(L, list, static_cast<std::size_t>(-1));
  if (!positions) return failure(fmt::format("expected {}; {}", what, positions.error().message));
  if (positions->empty()) return failure(fmt::format("expected {}, found an empty list; leave the key out", what));
  for (const int position : *positions) {
    lua_rawgeti(L, list, position);
    auto one = read_string(L, -1, what);
    lua_pop(L, 1);
    if (!one) return failure(fmt::format("item {}: {}", position, one.error().message));
    strings.push_back(*std::move(one));
  }
  return strings;
}

}  // namespace outrider::script
