// SPDX-License-Identifier: MIT
// What `outrider check` warns of: nothing that a reload would refuse, but what the author will hardly have meant. One
// table of names; a warning is told once for a rule and what it is about, however often it was come across.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/load_error.h"

namespace outrider::app {

enum class WarningId : std::uint8_t {
  asset_missing,
  asset_denied,
  asset_redirects,
  wrong_type,
  font_crossorigin,
  no_store,
  not_fresh,
  own_origin,
  repeated_url,
  over_budget,
  shared_cache,
  never_matches,
  literal_path,
  duplicate_name,
  rule_fails,
  unknown_hints,
  slow_pattern,
  uncovered_page,
  no_answer,
  certificate_expiry,
};

struct WarningText {
  WarningId id;
  std::string_view name;      // as it is printed, and taken by --ignore
  std::string_view sentence;  // for a person
};

/// Every one once, in the order of the enumeration.
std::span<const WarningText> warning_texts();
std::string_view name_of(WarningId id);

struct Warning {
  WarningId id = WarningId::asset_missing;
  Place place;
  std::string rule;  // empty: it is about none
  std::string url;   // of a hint or a page, likewise
  std::string message;

  /// "rules/shop.lua:12: warning: rule \"home\": style \"/app.css\" … [asset_missing]"
  std::string text() const;
};

class Warnings {
 public:
  /// `ignored`: what nobody wants to hear of.
  explicit Warnings(std::set<WarningId> ignored = {}) : ignored_(std::move(ignored)) {}

  /// Left out where there is one of the same id, rule (by its name and file) and URL already.
  void add(Warning warning);
  /// By file and line; in one line as they were found.
  std::vector<Warning> sorted() const;

 private:
  std::set<WarningId> ignored_;
  std::set<std::tuple<WarningId, std::string, std::string, std::string>> told_;
  std::vector<Warning> list_;
};

/// The id of that name, or nothing.
std::optional<WarningId> warning_named(std::string_view name);

}  // namespace outrider::app
