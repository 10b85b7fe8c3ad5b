// SPDX-License-Identifier: MIT
// The list behind api.h; the tables are in api_*.cc. A name that stands in one and is not in the engine, or the
// reverse, fails a unit test.
#include "script/api.h"

#include <algorithm>
#include <iterator>

namespace outrider::script {
namespace {

constexpr const ApiTable* tables[] = {
    &rule_table,     &condition_table, &hint_kind_table,    &hint_option_table, &global_table,        &files_table,
    &json_table,     &html_table,      &request_table,      &client_table,      &tls_table,           &fields_table,
    &response_table, &test_table,      &test_request_table, &test_client_table, &test_response_table, &test_asset_table,
    &check_table,    &config_table,    &client_row_table,
};
static_assert(std::size(tables) == static_cast<std::size_t>(ApiSection::client_row) + 1);

}  // namespace

void Looks::note(push::Reads& reads) const {
  if (at == At::personal) reads.personal(who);
  for (const std::string_view field : fields) {
    if (field.empty()) break;
    reads.field(field);
  }
}

std::string_view sentence_of(When when) {
  switch (when) {
    case When::any:
      return "any time";
    case When::loading:
      return "while files load";
    case When::serving:
      return "while a request is served";
    case When::response:
      return "in the response phase";
    case When::tests:
      return "in test files";
    case When::configuring:
      return "in the configuration";
  }
  return "";
}

std::span<const ApiTable* const> api_tables() {
  return tables;
}

const ApiTable& api_table(ApiSection section) {
  return *tables[static_cast<std::size_t>(section)];
}

std::span<const ApiEntry> api(ApiSection section) {
  return api_table(section).entries;
}

const ApiEntry* api_entry(ApiSection section, std::string_view name) {
  const auto entries = api(section);
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const ApiEntry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

std::vector<std::string_view> api_names(ApiSection section) {
  std::vector<std::string_view> names;
  for (const ApiEntry& entry : api(section)) names.push_back(entry.name);
  return names;
}

std::string_view owner_of(ApiSection section) {
  return api_table(section).owner;
}

When when_of(const ApiTable& table, const ApiEntry& entry) {
  return entry.when == When::any ? table.when : entry.when;
}

}  // namespace outrider::script
