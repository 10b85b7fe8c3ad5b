// SPDX-License-Identifier: MIT
#include "app/check/hint_places.h"

#include <cstdint>
#include <set>

#include "script/rule_files.h"

namespace outrider::app {

std::vector<RuleSource> rule_sources(const config::Config& config, const script::Snapshot& sources) {
  std::set<std::string> named_in;  // names are as seen from there, and two sites may name one file differently
  for (const config::Site& site : config.sites) named_in.insert(site.rules_place.file);
  std::set<std::string> seen;
  std::vector<RuleSource> all;
  for (const auto& [path, answer] : sources.answers().files) {
    const bool is_lua = path.extension() == ".lua" && !path.native().ends_with(".test.lua");
    if (!is_lua || answer.text == nullptr) continue;
    for (const std::string& file : named_in) {
      const std::string shown = script::shown_as(path, {file, 0});
      if (!named_in.contains(shown) && seen.insert(shown).second) all.push_back({shown, answer.text});
    }
  }
  return all;
}

HintPlaces::HintPlaces(const std::vector<RuleSource>& sources) {
  for (const RuleSource& source : sources) texts_.emplace(source.shown, source.text);
}

Place HintPlaces::of(const push::Rule& rule, std::size_t item) {
  const Place place = rule.place_of("hints");
  const auto text = texts_.find(rule.place.file);
  if (item >= rule.hints.size() || text == texts_.end()) return place;
  auto outline = outlines_.find(rule.place.file);
  if (outline == outlines_.end()) {
    outline = outlines_.emplace(rule.place.file, script::Outline::parse(*text->second)).first;
  }
  const script::OutlineTable* table = outline->second.call_at(rule.place.line, "rule");
  // Of several calls in one line nobody knows which it is.
  if (table == nullptr || outline->second.call_at(rule.place.line, "rule", 1) != nullptr) return place;
  const auto* hints = table->find("hints");
  if (hints == nullptr || hints->table == nullptr || hints->table->entries.size() != rule.hints.size()) return place;
  const auto* written = hints->table->find(static_cast<std::int64_t>(item + 1));
  return written != nullptr ? Place{place.file, written->line} : place;
}

}  // namespace outrider::app
