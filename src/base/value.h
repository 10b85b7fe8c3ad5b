// SPDX-License-Identifier: MIT
// A tree of plain values with the place where each was written. src/script produces it from a Lua configuration file,
// src/config validates it: neither knows the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/load_error.h"

namespace outrider {

struct Table;

struct Value {
  /// A function of the script, which is a mistake wherever plain data is expected.
  struct Function {};

  std::variant<std::monostate, bool, double, std::string, std::shared_ptr<const Table>, Function> data;
  Place place;
  /// Came from env() or credential(): prints as *** everywhere.
  bool secret = false;

  const bool* boolean() const { return std::get_if<bool>(&data); }
  const double* number() const { return std::get_if<double>(&data); }
  const std::string* string() const { return std::get_if<std::string>(&data); }
  const Table* table() const {
    const auto* pointer = std::get_if<std::shared_ptr<const Table>>(&data);
    return pointer ? pointer->get() : nullptr;
  }

  /// "a string (\"x\")", "a number (5)", "a table", "nothing" … for messages; a secret says "a secret string (***)".
  std::string describe() const;
};

struct Table {
  struct Entry {
    std::variant<std::int64_t, std::string> key;  // 1, 2, 3 … for list items
    Value value;
    Place key_place;
  };
  struct Repeat {
    std::string key;
    Place first;
    Place again;
  };

  /// In the order in which they are written, as far as that is known.
  std::vector<Entry> entries;
  /// Keys that the source writes twice, which Lua silently merges.
  std::vector<Repeat> repeats;
  Place place;

  /// The value under a string key, or nullptr.
  const Value* find(std::string_view key) const;
  /// True if there are only the keys 1 … n (or none at all).
  bool is_list() const;
};

}  // namespace outrider
