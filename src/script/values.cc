// SPDX-License-Identifier: MIT
// The walk over a Lua value. What the outline says of lines is matched by key, so that it may be incomplete.
#include "script/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/secrets.h"
#include "script/state.h"

namespace outrider::script {
namespace {

constexpr std::size_t most_levels_of_tables = 32;

using Key = std::variant<std::int64_t, std::string>;

class ValueReader {
 public:
  ValueReader(lua_State* lua, std::vector<Problem>& problems) : lua_(lua), problems_(problems) {}

  Value read(int index, const OutlineTable* outline, const Place& place) {
    index = absolute(lua_, index);
    Value value;
    value.place = place;
    switch (lua_type(lua_, index)) {
      case LUA_TNONE:
      case LUA_TNIL:
        break;
      case LUA_TBOOLEAN:
        value.data = lua_toboolean(lua_, index) != 0;
        break;
      case LUA_TNUMBER:
        value.data = lua_tonumber(lua_, index);
        break;
      case LUA_TSTRING:
        value.data = std::string(text_at(lua_, index));
        break;
      case LUA_TFUNCTION:
        value.data = Value::Function{};
        break;
      default:
        if (auto secret = secret_at(lua_, index)) {
          value = std::move(*secret);
          value.place = place;
        } else if (Frozen::push_table(lua_, index)) {
          value.data = read_table(outline, place);
          lua_pop(lua_, 1);
        } else {
          problem(place, fmt::format("expected a plain value, found {}", State::describe(lua_, index)));
        }
    }
    return value;
  }

 private:
  void problem(const Place& place, std::string message) {
    if (problems_.size() <= most_problems_of_file) problems_.push_back({place, bounded_message(std::move(message))});
  }

  /// The table on top of the stack.
  std::shared_ptr<const Table> read_table(const OutlineTable* outline, const Place& around) {
    auto table = std::make_shared<Table>();
    table->place = {around.file, outline != nullptr ? outline->line : around.line};
    const void* identity = lua_topointer(lua_, -1);
    if (std::find(path_.begin(), path_.end(), identity) != path_.end()) {
      problem(around, "this table contains itself");
      return table;
    }
    if (path_.size() == most_levels_of_tables) {
      problem(around, fmt::format("more than {} tables inside each other", most_levels_of_tables));
      return table;
    }
    luaL_checkstack(lua_, 10, "a table");
    path_.push_back(identity);
    read_entries(*table, outline);
    path_.pop_back();
    if (outline != nullptr) {
      for (const OutlineTable::Repeat& repeat : outline->repeats) {
        table->repeats.push_back({repeat.key, {around.file, repeat.first}, {around.file, repeat.again}});
      }
    }
    return table;
  }

  void read_entries(Table& table, const OutlineTable* outline) {
    const int index = lua_gettop(lua_);
    std::vector<std::pair<std::size_t, Table::Entry>> entries;  // with their places in the source
    lua_pushnil(lua_);
    while (lua_next(lua_, index) != 0) {
      if (auto key = key_at(-2)) {
        const OutlineTable::Entry* written = find(outline, *key);
        Table::Entry entry;
        entry.key_place = {table.place.file, written != nullptr ? written->line : table.place.line};
        entry.value = read(-1, written != nullptr ? written->table : nullptr,
                           {table.place.file, written != nullptr ? written->value_line : table.place.line});
        entry.key = std::move(*key);
        const std::size_t order = written != nullptr ? static_cast<std::size_t>(written - outline->entries.data())
                                                     : static_cast<std::size_t>(-1);
        entries.emplace_back(order, std::move(entry));
      } else {
        problem(table.place,
                fmt::format("expected keys that are strings or whole numbers, found {}", State::describe(lua_, -2)));
      }
      lua_pop(lua_, 1);
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second.key < b.second.key;
    });
    for (auto& [order, entry] : entries) table.entries.push_back(std::move(entry));
  }

  std::optional<Key> key_at(int index) const {
    if (lua_type(lua_, index) == LUA_TSTRING) return std::string(text_at(lua_, index));
    if (lua_type(lua_, index) != LUA_TNUMBER) return std::nullopt;
    const lua_Number number = lua_tonumber(lua_, index);
    if (std::floor(number) != number || std::abs(number) > 9e15) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }

  static const OutlineTable::Entry* find(const OutlineTable* outline, const Key& key) {
    if (outline == nullptr) return nullptr;
    const auto* name = std::get_if<std::string>(&key);
    return name != nullptr ? outline->find(*name) : outline->find(std::get<std::int64_t>(key));
  }

  lua_State* lua_;
  std::vector<Problem>& problems_;
  std::vector<const void*> path_;  // the tables around
};

}  // namespace

Value value_at(lua_State* lua, int index, const OutlineTable* outline, const Place& place,
               std::vector<Problem>& problems) {
  return ValueReader(lua, problems).read(index, outline, place);
}

}  // namespace outrider::script
