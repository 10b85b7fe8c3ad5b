// SPDX-License-Identifier: MIT
#include "script/rule_places.h"

#include <cstdint>

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

}  // namespace outrider::script
