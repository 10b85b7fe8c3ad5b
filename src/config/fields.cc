// SPDX-License-Identifier: MIT
#include "config/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace outrider::config {
namespace {

using schema::Key;
using schema::Type;

/// Whole numbers as they are; a secret string of digits too, because the environment has only strings.
std::optional<std::int64_t> whole_number(const Value& value) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (const double* number = value.number()) {
    if (std::trunc(*number) != *number || std::fabs(*number) > exact) return std::nullopt;
    return static_cast<std::int64_t>(*number);
  }
  const std::string* text = value.secret ? value.string() : nullptr;
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<bool> truth(const Value& value) {
  if (const bool* boolean = value.boolean()) return *boolean;
  const std::string* text = value.secret ? value.string() : nullptr;
  if (text && (*text == "true" || *text == "false")) return *text == "true";
  return std::nullopt;
}

std::optional<unsigned> octal(std::string_view text) {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 0777) return std::nullopt;
  return mode;
}

/// For the types whose values are looked at as a whole.
bool has_type(const Key& key, const Value& value) {
  switch (key.type) {
    case Type::boolean:
      return truth(value).has_value();
    case Type::integer: {
      const auto number = whole_number(value);
      return number && *number >= key.least && *number <= key.most;
    }
    case Type::boolean_or_table:
      return truth(value) || value.table();
    case Type::mode:
      return value.string() && octal(*value.string());
    case Type::choice:
      return value.string() && std::find(key.choices.begin(), key.choices.end(), *value.string()) != key.choices.end();
    default:
      return value.table() != nullptr;
  }
}

std::string list_of(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

/// What may have been meant by a value that does not fit; empty where nobody can tell.
std::string advice(const Key& key, const Value& value) {
  if (key.type == Type::mode && value.number()) return " (Lua has no octal numbers: put the digits in quotes)";
  const std::string* text = key.type == Type::choice && !value.secret ? value.string() : nullptr;
  return text ? did_you_mean(*text, {key.choices.begin(), key.choices.end()}) : std::string();
}

/// The values of a list, in order.
std::vector<Item> list_items(const Table& table, const std::string& path) {
  std::vector<std::pair<std::int64_t, Item>> numbered;
  for (const Table::Entry& entry : table.entries) {
    const std::int64_t number = std::get<std::int64_t>(entry.key);
    numbered.emplace_back(number, Item{&entry.value, path_of(path, number), {}, entry.key_place});
  }
  std::stable_sort(numbered.begin(), numbered.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Item> items;
  for (auto& [number, item] : numbered) items.push_back(std::move(item));
  return items;
}

}  // namespace

void report_repeats(Report& report, const Table& table, const std::string& path) {
  for (const Table::Repeat& repeat : table.repeats) {
    report.add(repeat.again, path,
               fmt::format("the key \"{}\" is written twice; the first is in line {}", repeat.key, repeat.first.line));
  }
}

std::string path_of(std::string_view path, std::string_view key) {
  return fmt::format("{}[\"{}\"]", path, key);
}

std::string path_of(std::string_view path, std::int64_t key) {
  return fmt::format("{}[{}]", path, key);
}

bool read_text(Report& report, const Value& value, const std::string& path, std::string_view expected, Text& out) {
  const std::string* text = value.string();
  if (!text) {
    report.add(value.place, path, fmt::format("expected {}; found {}", expected, value.describe()));
    return false;
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (const auto at = std::find_if(text->begin(), text->end(), is_control); at != text->end()) {
    report.add(
        value.place, path,
        fmt::format("expected {}; found a control character (0x{:02x}) in it", expected, static_cast<unsigned>(*at)));
    return false;
  }
  out = {*text, value.place, path, value.secret};
  return true;
}

std::vector<Item> read_map(Report& report, const Value& value, const std::string& path, std::string_view expected_key) {
  std::vector<Item> items;
  const Table* table = value.table();
  if (!table) {
    report.add(value.place, path,
               fmt::format("expected a table with {} as keys; found {}", expected_key, value.describe()));
    return items;
  }
  report_repeats(report, *table, path);
  for (const Table::Entry& entry : table->entries) {
    if (const auto* number = std::get_if<std::int64_t>(&entry.key)) {
      report.add(entry.key_place, path_of(path, *number),
                 fmt::format("expected a key in front, {} in brackets and quotes; found {} without one", expected_key,
                             entry.value.describe()));
    } else {
      const std::string& name = std::get<std::string>(entry.key);
      items.push_back({&entry.value, path_of(path, name), name, entry.key_place});
    }
  }
  return items;
}

Fields::Fields(Report& report, const Value& value, std::string path, const schema::Group& group)
    : report_(report), path_(std::move(path)), place_(value.place), group_(group) {
  const Table* table = value.table();
  if (!table) {
    report_.add(value.place, path_, fmt::format("expected a table; found {}", value.describe()));
    return;
  }
  report_repeats(report_, *table, path_);
  for (const Table::Entry& entry : table->entries) check_entry(entry, group);
  check_required(group);
}

void Fields::check_entry(const Table::Entry& entry, const schema::Group& group) {
  const auto* name = std::get_if<std::string>(&entry.key);
  const Key* key = name ? group.find(*name) : nullptr;
  if (key) {
    const bool fine = fits(*key, entry.value);
    checked_.push_back({key->name, fine ? &entry.value : nullptr, entry.value.place});
    return;
  }
  has_unknown_ = true;
  if (!name) {
    report_.add(entry.key_place, path_of(path_, std::get<std::int64_t>(entry.key)),
                fmt::format("expected NAME = VALUE; found {} without a name", entry.value.describe()));
    return;
  }
  suggested_.push_back(nearest(*name, group.names()));
  const std::string guess = did_you_mean(*name, group.names());
  report_.add(entry.key_place, path_,
              fmt::format("unknown key \"{}\"{}", *name,
                          guess.empty() ? "; expected one of " + list_of(group.names()) : guess));
}

bool Fields::misspells(std::string_view key) const {
  return std::find(suggested_.begin(), suggested_.end(), key) != suggested_.end();
}

void Fields::check_required(const schema::Group& group) {
  if (group.base) check_required(*group.base);
  for (const Key& key : group.keys) {
    if (key.required && !misspells(key.name) && !mentions(key.name)) {
      report_.add(place_, path_, fmt::format("the key \"{}\" is missing; expected {}", key.name, key.expected()));
    }
  }
}

bool Fields::fits(const Key& key, const Value& value) {
  switch (key.type) {
    case Type::boolean_or_strings:
      if (truth(value)) return true;
      [[fallthrough]];
    case Type::strings:
    case Type::tables:
      return fits_list(key, value);
    case Type::string_or_table:
      if (value.table()) return true;
      [[fallthrough]];
    case Type::string: {
      Text ignored;
      return read_text(report_, value, path(key.name), key.expected(), ignored);
    }
    default:
      break;
  }
  if (has_type(key, value)) return true;
  report_.add(value.place, path(key.name),
              fmt::format("expected {}; found {}{}", key.expected(), value.describe(), advice(key, value)));
  return false;
}

/// One value or a list of values of one type. Every item that is wrong is reported; one is enough to refuse the whole.
bool Fields::fits_list(const Key& key, const Value& value) {
  const bool strings = key.type != Type::tables;
  const Table* table = value.table();
  const bool one_table = !strings && table && !table->entries.empty() && !table->is_list();
  if (one_table) return true;
  if (strings && !table) {
    Text ignored;
    return read_text(report_, value, path(key.name), key.expected(), ignored);
  }
  if (!table || !table->is_list()) {
    report_.add(
        value.place, path(key.name),
        fmt::format("expected {}; found {}{}", key.expected(), value.describe(), table ? " with named keys" : ""));
    return false;
  }
  if (table->entries.empty() && key.required) {
    report_.add(value.place, path(key.name), fmt::format("expected {}; found an empty list", key.expected()));
    return false;
  }
  bool fine = true;
  for (const Item& item : list_items(*table, path(key.name))) {
    Text ignored;
    if (strings) {
      fine = read_text(report_, *item.value, item.path, "a string", ignored) && fine;
    } else if (!item.value->table()) {
      report_.add(item.value->place, item.path, fmt::format("expected a table; found {}", item.value->describe()));
      fine = false;
    }
  }
  return fine;
}

const Key& Fields::known(std::string_view key) const {
  const Key* found = group_.find(key);
  CHECK(found);
  return *found;
}

const Value* Fields::find(std::string_view key) const {
  known(key);
  const auto found = std::find_if(checked_.begin(), checked_.end(), [&](const Checked& one) { return one.key == key; });
  return found == checked_.end() ? nullptr : found->value;
}

bool Fields::mentions(std::string_view key) const {
  known(key);
  return std::any_of(checked_.begin(), checked_.end(), [&](const Checked& one) { return one.key == key; });
}

bool Fields::boolean(std::string_view key) const {
  if (const Value* value = find(key)) return truth(*value).value_or(true);
  const bool* standard = std::get_if<bool>(&known(key).standard);
  return standard && *standard;
}

std::int64_t Fields::number(std::string_view key) const {
  if (const Value* value = find(key)) return *whole_number(*value);
  const std::int64_t* standard = std::get_if<std::int64_t>(&known(key).standard);
  return standard ? *standard : 0;
}

Text Fields::text(std::string_view key) const {
  if (const Value* value = find(key)) return {*value->string(), value->place, path(key), value->secret};
  const std::string_view* standard = std::get_if<std::string_view>(&known(key).standard);
  return {std::string(standard ? *standard : ""), place_, path(key), false};
}

std::vector<Text> Fields::texts(std::string_view key) const {
  const Value* value = find(key);
  if (value && known(key).type == Type::boolean_or_strings && truth(*value)) return {};
  if (!value || !value->table()) {
    Text one = text(key);
    return value || !one.text.empty() ? std::vector<Text>{std::move(one)} : std::vector<Text>();
  }
  std::vector<Text> result;
  for (const Item& item : list_items(*value->table(), path(key))) {
    result.push_back({*item.value->string(), item.value->place, item.path, item.value->secret});
  }
  return result;
}

unsigned Fields::mode(std::string_view key) const {
  return octal(text(key).text).value_or(0);
}

std::vector<Item> Fields::tables(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return {};
  if (!value->table()->is_list()) return {{value, path(key), {}, value->place}};
  return list_items(*value->table(), path(key));
}

std::string Fields::path(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

Place Fields::place(std::string_view key) const {
  const auto found = std::find_if(checked_.begin(), checked_.end(), [&](const Checked& one) { return one.key == key; });
  return found == checked_.end() ? place_ : found->place;
}

}  // namespace outrider::config
