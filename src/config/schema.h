// SPDX-License-Identifier: MIT
// The table of the configuration: every key with its type, default, unit, range and one sentence. The reader walks it
// to find unknown keys, wrong types and values out of range, and the manual page is made from it: what is not here does
// not exist. Constant data, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace outrider::config::schema {

inline constexpr std::int64_t day_s = 86'400, day_ms = 86'400'000;
inline constexpr std::int64_t mebibyte = 1 << 20;

enum class Type {
  boolean,
  integer,
  string,
  strings,             // one string, or a list of them
  mode,                // octal digits in a string: "0660"
  choice,              // one of Key::choices
  table,               // of Key::group
  tables,              // one table of Key::group, or a list of them
  string_or_table,     // a short form, or a table of Key::group
  boolean_or_strings,  // true, false, or what `strings` takes, which means true
  boolean_or_table,    // true, false, or a table of Key::group, which means true
  map,                 // free keys; Key::group describes each value, where it is a table
};

struct Group;

struct Key {
  std::string_view name;
  Type type;
  std::string_view sentence;
  /// What holds where the key is missing; monostate: nothing.
  std::variant<std::monostate, bool, std::int64_t, std::string_view> standard = {};
  bool required = false;
  std::string_view unit = {};
  std::int64_t least = 0, most = 0;  // of an integer
  std::span<const std::string_view> choices = {};
  std::string_view example = {};  // as it is written in Lua
  /// The kinds of route that the key belongs to, separated by spaces; empty = all.
  std::string_view only_with = {};
  const Group* group = nullptr;

  /// "a whole number of ms from 1 to 86400000", "a string such as \"[::]:443\"": the end of "expected …".
  std::string expected() const;
};

struct Group {
  std::string_view name;  // "listen", for the manual page
  std::string_view sentence;
  std::span<const Key> keys;
  const Group* base = nullptr;  // whose keys belong here too

  /// The key of that name, or nullptr.
  const Key* find(std::string_view key) const;
  /// All names, for suggestions.
  std::vector<std::string_view> names() const;
};

/// The whole configuration; every other group is reached through its keys.
extern const Group configuration;
extern const Group site;
extern const Group route;
extern const Group upstream;

}  // namespace outrider::config::schema
