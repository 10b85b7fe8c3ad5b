// SPDX-License-Identifier: MIT
// A table of the configuration, checked against its group of the schema: unknown and repeated keys, missing ones, wrong
// types and values out of range are reported when it is opened; what passed is read by name. A value that did not pass
// reads as if it were missing, so that one mistake is reported once.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "config/report.h"
#include "config/schema.h"

namespace outrider::config {

/// A value inside a list or map, with the path to it: "listen[2]", "sites[\"a.example\"]".
struct Item {
  const Value* value = nullptr;
  std::string path;
  std::string name;  // of a map's entry
  Place key_place;
};

/// "routes[\"/\"]": `path` with a key in brackets.
std::string path_of(std::string_view path, std::string_view key);
/// The path of a map's entry whose key is a number: "error_page[404]".
std::string path_of(std::string_view path, std::int64_t key);

/// Reports the keys that the source writes twice.
void report_repeats(Report& report, const Table& table, const std::string& path);

/// The string, if `value` is one that holds no control characters; else the problem is reported.
bool read_text(Report& report, const Value& value, const std::string& path, std::string_view expected, Text& out);

/// The entries of a map with string keys, in the order in which they are written; keys that are no strings and repeated
/// ones are reported, as `expected_key` wants them ("a host name").
std::vector<Item> read_map(Report& report, const Value& value, const std::string& path, std::string_view expected_key);

class Fields {
 public:
  Fields(Report& report, const Value& value, std::string path, const schema::Group& group);

  /// True if the key is there and its value passed.
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// True if the key is written, whatever its value.
  bool mentions(std::string_view key) const;
  /// True if a key that the group does not have looks like this one.
  bool misspells(std::string_view key) const;
  /// True if there were keys that the group does not have.
  bool has_unknown() const { return has_unknown_; }

  /// Of a key that takes a table or strings as well: true where that is written.
  bool boolean(std::string_view key) const;
  template <std::unsigned_integral T>
  T integer(std::string_view key) const {
    return static_cast<T>(number(key));
  }
  /// The string, or the default, which may be empty.
  Text text(std::string_view key) const;
  /// One string or a list of them; empty where the key is missing and has no default, or where it says true or false.
  std::vector<Text> texts(std::string_view key) const;
  /// Octal digits as a number; 0 where the key is missing and has no default.
  unsigned mode(std::string_view key) const;
  /// The tables under the key: one, or a list of them.
  std::vector<Item> tables(std::string_view key) const;
  /// The value itself, or nullptr.
  const Value* value(std::string_view key) const { return find(key); }

  /// The key's path: "listen[1].address".
  std::string path(std::string_view key) const;
  const std::string& path() const { return path_; }
  /// Where the key's value is written, or the table where it is missing.
  Place place(std::string_view key) const;
  const Place& place() const { return place_; }
  Report& report() const { return report_; }

 private:
  struct Checked {
    std::string_view key;
    const Value* value;  // null: written, but wrong
    Place place;
  };

  const schema::Key& known(std::string_view key) const;
  const Value* find(std::string_view key) const;
  std::int64_t number(std::string_view key) const;
  void check_entry(const Table::Entry& entry, const schema::Group& group);
  void check_required(const schema::Group& group);
  bool fits(const schema::Key& key, const Value& value);
  bool fits_list(const schema::Key& key, const Value& value);

  Report& report_;
  std::string path_;
  Place place_;
  const schema::Group& group_;
  std::vector<Checked> checked_;
  bool has_unknown_ = false;
  std::vector<std::string_view> suggested_;  // for unknown keys: these are not missing, but misspelt
};

}  // namespace outrider::config
