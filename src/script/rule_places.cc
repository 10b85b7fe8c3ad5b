// SPDX-License-Identifier: MIT
#include "script/rule_places.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "script/when_reader.h"

namespace outrider::script {
namespace {

/// The part of a key's table that the mistake is about, or nullptr.
const OutlineTable::Entry* inside(const OutlineTable* table, const Mistake& mistake) {
  if (table == nullptr) return nullptr;
  if (mistake.item > 0) return table->find(std::int64_t{mistake.item});
  return mistake.inner_key.empty() ? nullptr : table->find(mistake.inner_key);
}

}  // namespace

Place place_of(const Mistake& mistake, const OutlineTable* outline, const Place& call) {
  const OutlineTable::Entry* key = outline != nullptr ? outline->find(mistake.key) : nullptr;
  if (key == nullptr) return call;
  const OutlineTable::Entry* part = inside(key->table, mistake);
  return {call.file, part != nullptr ? part->line : key->line};
}

std::vector<push::KeyLine> key_lines(const OutlineTable& outline, const Place& rule) {
  constexpr std::array<std::string_view, 9> keys{"path", "except", "host", "method", "share",
                                                 "from", "to",     "when", "hints"};
  std::vector<push::KeyLine> lines;
  const auto add = [&](const OutlineTable& table, std::string_view key, std::string_view written) {
    const OutlineTable::Entry* entry = table.find(written);
    if (entry != nullptr && entry->line != rule.line) lines.push_back({key, entry->line});
    return entry;
  };
  for (const std::string_view key : keys) {
    const OutlineTable::Entry* entry = add(outline, key, key);
    if (key == "to" && entry == nullptr) add(outline, key, "until");
    if (key != "when" || entry == nullptr || entry->table == nullptr) continue;
    for (const std::string_view condition : condition_names()) add(*entry->table, condition, condition);
  }
  lines.shrink_to_fit();
  return lines;
}

}  // namespace outrider::script
