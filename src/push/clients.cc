// SPDX-License-Identifier: MIT
// A few rows and globs, looked through in order: once for each request that has something to deliver.
#include "push/clients.h"

#include <algorithm>
#include <utility>

#include "push/pattern.h"

namespace outrider::push {

bool Abilities::can_use_early(const Hint& hint) const {
  if (hint.kind == Kind::preconnect) return preconnect;
  return hint.kind == Kind::module ? module_preload : preload;
}

ClientTable::ClientTable(std::vector<ClientRow> rows, std::vector<std::string> denied)
    : rows_(std::move(rows)), denied_(std::move(denied)) {}

bool ClientTable::denies(std::string_view user_agent) const {
  if (denied_.empty()) return false;
  return user_agent.size() > longest_user_agent ||
         std::any_of(denied_.begin(), denied_.end(),
                     [&](const std::string& glob) { return glob_matches(glob, user_agent); });
}

Abilities ClientTable::of(const Browser& browser, std::string_view user_agent) const {
  if (denies(user_agent)) return {.denied = true};
  for (const ClientRow& row : rows_) {
    if (row.family == browser.family && row.from <= browser.version && browser.version <= row.to) return row.abilities;
  }
  return {};
}

}  // namespace outrider::push
