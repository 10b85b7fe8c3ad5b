// SPDX-License-Identifier: MIT
// Every mistake is looked for and told. A row with one takes no further part: what it would overlap is not known.
#include "script/clients_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "script/api.h"
#include "script/words.h"

namespace outrider::script {
namespace {

using push::ClientRow;
using push::ClientTable;
using push::Family;

constexpr std::size_t most_rows = 256;
constexpr std::size_t longest_source = 1024;  // bytes
constexpr int last_version = 1'000'000;

constexpr std::array<Family, 4> families{Family::chromium, Family::firefox, Family::safari, Family::other};
constexpr std::array<std::string_view, 3> hint_names{"preload", "modulepreload", "preconnect"};

bool push::Abilities::*const hint_members[] = {&push::Abilities::preload, &push::Abilities::module_preload,
                                               &push::Abilities::preconnect};

std::vector<std::string_view> candidates(std::span<const std::string_view> names) {
  return {names.begin(), names.end()};
}

/// A row that has been read, and how messages name it.
struct ReadRow {
  ClientRow row;
  std::int64_t number;
  Place place;
};

/// "110 to 120", "110", "103 and later".
std::string versions(int from, int to) {
  if (from == to) return fmt::format("version {}", from);
  if (to == std::numeric_limits<int>::max()) return fmt::format("versions {} and later", from);
  return fmt::format("versions {} to {}", from, to);
}

class ClientTableReader {
 public:
  ClientsFile read(const Table& table) {
    report_repeats(table, "");
    std::vector<ReadRow> rows;
    std::vector<std::string> denied;
    std::map<std::int64_t, const Table::Entry*> numbered;
    for (const Table::Entry& entry : table.entries) {
      const auto* key = std::get_if<std::string>(&entry.key);
      if (key == nullptr) {
        numbered[std::get<std::int64_t>(entry.key)] = &entry;
      } else if (*key == "deny") {
        denied = read_denied(entry.value);
      } else {
        add(entry.key_place, fmt::format("unknown key \"{}\"{}", *key, advice_on(*key)));
      }
    }
    read_rows(table, numbered, rows);
    report_overlaps(rows);
    throw_if_any();
    ClientsFile file;
    file.denied = std::move(denied);
    for (ReadRow& each : rows) file.rows.push_back(std::move(each.row));
    return file;
  }

 private:
  void add(const Place& place, std::string message) {
    problems_.push_back({place, bounded_message(std::move(message))});
  }

  static std::string advice_on(const std::string& key) {
    if (api_entry(ApiSection::client_row, key) != nullptr)
      return "; it belongs into a row: { family = \"chromium\", … }";
    const std::string suggestion = did_you_mean(key, {"deny"});
    return suggestion.empty() ? "; expected rows and \"deny\"" : suggestion;
  }

  void report_repeats(const Table& table, const std::string& what) {
    for (const Table::Repeat& repeat : table.repeats) {
      add(repeat.again, fmt::format("{}the key \"{}\" is written twice; the first is in line {}", what, repeat.key,
                                    repeat.first.line));
    }
  }

  void read_rows(const Table& table, const std::map<std::int64_t, const Table::Entry*>& numbered,
                 std::vector<ReadRow>& rows) {
    if (numbered.size() > most_rows) {
      return add(table.place, fmt::format("there are {} rows; at most {} are allowed", numbered.size(), most_rows));
    }
    std::int64_t expected = 1;
    for (const auto& [number, entry] : numbered) {
      if (number != expected) {
        add(entry->key_place,
            fmt::format("row {}: expected rows that are numbered 1, 2, 3 …; there is no row {}", number, expected));
      }
      expected = number + 1;
      if (auto row = read_row(entry->value, number)) rows.push_back({std::move(*row), number, entry->value.place});
    }
  }

  /// Nothing where something is wrong.
  std::optional<ClientRow> read_row(const Value& value, std::int64_t number) {
    const std::size_t before = problems_.size();
    const std::string what = fmt::format("row {}: ", number);
    const Table* table = value.table();
    if (table == nullptr) {
      add(value.place,
          fmt::format("{}expected a table, {{ family = \"chromium\", … }}; found {}", what, value.describe()));
      return {};
    }
    report_repeats(*table, what);
    ClientRow row;
    bool has_family = false;
    for (const Table::Entry& entry : table->entries) {
      const auto* key = std::get_if<std::string>(&entry.key);
      if (key == nullptr) {
        add(entry.key_place, fmt::format("{}expected keys such as family = \"chromium\"; found {} without a key", what,
                                         entry.value.describe()));
      } else {
        // A key that may be a misspelt "family" is told; that there is none would say it twice.
        has_family = has_family || nearest(*key, api_names(ApiSection::client_row)) == "family";
        read_field(*key, entry, what, row);
      }
    }
    if (!has_family) add(value.place, fmt::format("{}expected family = {}; found nothing", what, family_names()));
    if (problems_.size() == before && row.from > row.to) {
      add(value.place, fmt::format("{}from = {} is above to = {}; expected the first version and then the last", what,
                                   row.from, row.to));
    }
    return problems_.size() == before ? std::optional(std::move(row)) : std::nullopt;
  }

  void read_field(const std::string& key, const Table::Entry& entry, const std::string& what, ClientRow& row) {
    const Value& value = entry.value;
    if (api_entry(ApiSection::client_row, key) == nullptr) {
      add(entry.key_place,
          fmt::format("{}unknown key \"{}\"{}", what, key, did_you_mean(key, api_names(ApiSection::client_row))));
    } else if (key == "family") {
      read_family(value, what, row.family);
    } else if (key == "from") {
      read_version(value, what + key, row.from);
    } else if (key == "to") {
      read_version(value, what + key, row.to);
    } else if (key == "push") {
      if (value.boolean() == nullptr) return wrong(value, what + key, "true or false");
      row.abilities.push = *value.boolean();
    } else if (key == "early_hints") {
      read_hints(value, what + key, row.abilities);
    } else if (key == "source") {
      const std::string* text = value.string();
      if (text == nullptr || text->size() > longest_source)
        return wrong(value, what + key, fmt::format("a string of at most {} bytes", longest_source));
      row.source = *text;
    }
  }

  void wrong(const Value& value, const std::string& path, std::string_view expected) {
    add(value.place, fmt::format("{}: expected {}; found {}", path, expected, value.describe()));
  }

  static std::string family_names() {
    std::vector<std::string_view> names;
    for (const Family family : families) names.push_back(name_of(family));
    return one_of(names);
  }

  void read_family(const Value& value, const std::string& what, Family& family) {
    const std::string* name = value.string();
    std::vector<std::string_view> names;
    for (const Family each : families) {
      names.push_back(name_of(each));
      if (name == nullptr || *name != names.back()) continue;
      family = each;
      return;
    }
    const std::string expected = name == nullptr ? family_names() : family_names() + did_you_mean(*name, names);
    add(value.place, fmt::format("{}family: found {}; expected {}", what, value.describe(), expected));
  }

  void read_version(const Value& value, const std::string& path, int& version) {
    const double* number = value.number();
    const bool fits = number != nullptr && *number >= 0 && *number <= last_version && std::floor(*number) == *number;
    if (!fits) return wrong(value, path, fmt::format("a major version, a whole number from 0 to {}", last_version));
    version = static_cast<int>(*number);
  }

  void read_hints(const Value& value, const std::string& path, push::Abilities& abilities) {
    const Table* list = value.table();
    if (list == nullptr || !list->is_list())
      return wrong(value, path, R"(a list, such as { "preload", "preconnect" }, or {} for none)");
    for (const Table::Entry& entry : list->entries) {
      const std::string* name = entry.value.string();
      const auto known = std::find(hint_names.begin(), hint_names.end(), name != nullptr ? *name : "");
      if (known == hint_names.end()) {
        const std::string suggestion = name != nullptr ? did_you_mean(*name, candidates(hint_names)) : "";
        add(entry.value.place,
            fmt::format("{}: found {}; expected {}{}", path, entry.value.describe(), one_of(hint_names), suggestion));
        continue;
      }
      bool& ability = abilities.*hint_members[known - hint_names.begin()];
      if (ability) add(entry.value.place, fmt::format("{}: \"{}\" is in it twice", path, *name));
      ability = true;
    }
  }

  std::vector<std::string> read_denied(const Value& value) {
    std::vector<std::string> globs;
    const Table* list = value.table();
    if (list == nullptr || !list->is_list()) {
      wrong(value, "deny", R"(a list of globs, such as { "*SomeOldReader/1.*" })");
      return globs;
    }
    if (list->entries.size() > ClientTable::most_denied) {
      add(value.place, fmt::format("deny: there are {} globs; at most {} are allowed", list->entries.size(),
                                   ClientTable::most_denied));
      return globs;
    }
    for (const Table::Entry& entry : list->entries) {
      const std::string* glob = entry.value.string();
      if (glob == nullptr || glob->empty()) {
        wrong(entry.value, "deny", R"(a glob, such as "*SomeOldReader/1.*")");
      } else if (glob->size() > ClientTable::longest_glob) {
        add(entry.value.place,
            fmt::format("deny: a glob of {} bytes; at most {} are allowed", glob->size(), ClientTable::longest_glob));
      } else if (std::find(globs.begin(), globs.end(), *glob) != globs.end()) {
        add(entry.value.place, fmt::format("deny: \"{}\" is in it twice", *glob));
      } else {
        globs.push_back(*glob);
      }
    }
    return globs;
  }

  void report_overlaps(const std::vector<ReadRow>& rows) {
    for (auto later = rows.begin(); later != rows.end(); ++later) {
      for (auto earlier = rows.begin(); earlier != later; ++earlier) {
        const ClientRow& a = earlier->row;
        const ClientRow& b = later->row;
        const int from = std::max(a.from, b.from);
        const int to = std::min(a.to, b.to);
        if (a.family != b.family || from > to) continue;
        const bool wholly = from == b.from && to == b.to;
        add(later->place,
            fmt::format("row {}: {} of {} {} in row {} already (line {}){}", later->number, versions(from, to),
                        name_of(b.family), from == to ? "is" : "are", earlier->number, earlier->place.line,
                        wholly ? ", so that this row could never count; remove one of them"
                               : "; give each version to one row"));
        break;
      }
    }
  }

  void throw_if_any() {
    if (problems_.empty()) return;
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const Problem& a, const Problem& b) { return a.place.line < b.place.line; });
    if (problems_.size() > most_problems_of_file) {
      const Problem more = more_in_file(problems_.front().place.file);
      problems_.resize(most_problems_of_file);
      problems_.push_back(more);
    }
    throw LoadError(std::move(problems_));
  }

  std::vector<Problem> problems_;
};

}  // namespace

ClientsFile read_clients(const Value& tree) {
  return ClientTableReader().read(*tree.table());
}

}  // namespace outrider::script
