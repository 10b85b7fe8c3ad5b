// SPDX-License-Identifier: MIT
// headers = { ["x-frame-options"] = "DENY", ["x-powered-by"] = false, link = { "<a>; rel=x", "<b>; rel=y" } }
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "config/reading.h"

namespace outrider::config {
namespace {

constexpr std::string_view value_expected = "a string (sets it), a list of strings (adds them) or false (removes it)";

// Framing and connection fields belong to the server: a wrong one breaks the connection for everybody behind it.
constexpr std::array<std::string_view, 8> not_to_be_changed{
    "connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "proxy-connection"};

bool check_name(Reading& reading, const Item& item, const std::string& name) {
  if (!is_token(name)) {
    reading.report.add(item.key_place, item.path, fmt::format("\"{}\" is no name of a header", item.name));
    return false;
  }
  if (std::find(not_to_be_changed.begin(), not_to_be_changed.end(), name) != not_to_be_changed.end()) {
    reading.report.add(item.key_place, item.path,
                       fmt::format("\"{}\" belongs to the connection and cannot be changed", name));
    return false;
  }
  return true;
}

void read_one(Reading& reading, const Item& item, const std::string& name, std::vector<HeaderChange>& changes) {
  const Value& value = *item.value;
  if (value.boolean() && !*value.boolean()) {
    changes.push_back({HeaderChange::Type::remove, name, {}});
  } else if (const Table* table = value.table()) {
    if (!table->is_list() || table->entries.empty()) {
      reading.report.add(
          value.place, item.path,
          fmt::format("expected {}; found {} table", value_expected, table->entries.empty() ? "an empty" : "another"));
      return;
    }
    for (const Table::Entry& entry : table->entries) {
      Text text;
      if (read_text(reading.report, entry.value, path_of(item.path, std::get<std::int64_t>(entry.key)), "a string",
                    text)) {
        changes.push_back({HeaderChange::Type::add, name, text.text});
      }
    }
  } else {
    Text text;
    if (read_text(reading.report, value, item.path, value_expected, text))
      changes.push_back({HeaderChange::Type::set, name, text.text});
  }
}

}  // namespace

std::vector<HeaderChange> read_headers(Reading& reading, const Fields& route) {
  std::vector<HeaderChange> changes;
  const Value* value = route.value("headers");
  if (!value) return changes;
  std::vector<std::pair<std::string, Place>> seen;
  for (const Item& item : read_map(reading.report, *value, route.path("headers"), "the name of a header")) {
    const std::string name = lower_case(item.name);
    if (!check_name(reading, item, name)) continue;
    const auto first = std::find_if(seen.begin(), seen.end(), [&](const auto& one) { return one.first == name; });
    if (first != seen.end()) {
      reading.report.add(
          item.key_place, item.path,
          fmt::format("the header is written twice, in another case; the first is in line {}", first->second.line));
      continue;
    }
    seen.emplace_back(name, item.key_place);
    read_one(reading, item, name, changes);
  }
  return changes;
}

}  // namespace outrider::config
