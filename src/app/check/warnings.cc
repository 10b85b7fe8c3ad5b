// SPDX-License-Identifier: MIT
#include "app/check/warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider::app {
namespace {

using enum WarningId;

constexpr std::array<WarningText, 20> texts{{
    {asset_missing, "asset_missing", "what is hinted is not there, or answers with an error"},
    {asset_denied, "asset_denied", "a route denies what is hinted"},
    {asset_redirects, "asset_redirects", "what is hinted redirects elsewhere"},
    {wrong_type, "wrong_type", "a hint says that its asset is what it is not, and browsers fetch it twice"},
    {font_crossorigin, "font_crossorigin", "browsers fetch fonts anonymously, and a hint does not say so"},
    {no_store, "no_store", "nobody may keep what is hinted, and browsers fetch it twice"},
    {not_fresh, "not_fresh", "what is hinted is stale when the page asks for it, and browsers fetch it twice"},
    {own_origin, "own_origin", "a preconnect to the page's own origin, to which there is a connection already"},
    {repeated_url, "repeated_url", "an URL is hinted twice with different options"},
    {over_budget, "over_budget", "the hints of a page have more bytes than its budget"},
    {shared_cache, "shared_cache", "shared caches may keep a page, whose Link then lacks what depends on its visitor"},
    {never_matches, "never_matches", "no request can reach a rule"},
    {literal_path, "literal_path", "a path is written in the language of another router"},
    {duplicate_name, "duplicate_name", "two sites have different rules of one name"},
    {rule_fails, "rule_fails", "a rule's function fails"},
    {unknown_hints, "unknown_hints", "nothing tells what a rule's function returns"},
    {slow_pattern, "slow_pattern", "a Lua pattern may back-track without bound"},
    {uncovered_page, "uncovered_page", "no rule covers a page of --urls"},
    {no_answer, "no_answer", "a server did not answer for what is hinted"},
    {certificate_expiry, "certificate_expiry", "clients refuse a certificate for its dates, or will within a week"},
}};

}  // namespace

std::span<const WarningText> warning_texts() {
  return texts;
}

std::string_view name_of(WarningId id) {
  return texts[static_cast<std::size_t>(id)].name;
}

std::optional<WarningId> warning_named(std::string_view name) {
  const auto found =
      std::find_if(texts.begin(), texts.end(), [&](const WarningText& text) { return text.name == name; });
  return found != texts.end() ? std::optional(found->id) : std::nullopt;
}

std::string Warning::text() const {
  const std::string where = place.text();
  return fmt::format("{}{}warning: {} [{}]", where, where.empty() ? "" : ": ", message, name_of(id));
}

void Warnings::add(Warning warning) {
  if (ignored_.contains(warning.id)) return;
  // A page is in one line of its file; a rule's hints are in several.
  const std::string& what = warning.rule.empty() ? warning.message : warning.rule;
  if (!told_.insert({warning.id, what, warning.place.file, warning.url}).second) return;
  warning.message = bounded_message(std::move(warning.message));
  list_.push_back(std::move(warning));
}

std::vector<Warning> Warnings::sorted() const {
  std::vector<Warning> all = list_;
  std::stable_sort(all.begin(), all.end(), [](const Warning& a, const Warning& b) {
    return std::tie(a.place.file, a.place.line) < std::tie(b.place.file, b.place.line);
  });
  return all;
}

}  // namespace outrider::app
