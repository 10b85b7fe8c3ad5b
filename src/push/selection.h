// SPDX-License-Identifier: MIT
// A rule's selector, part by part: what a request must be before the rule's conditions are asked at all. The rule index
// finds the rules whose selector fits without trying all of them; to explain a decision all of them are tried.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "push/rule_set.h"

namespace outrider::push {

/// The parts of a selector, from what tells most about a rule that does not fit to what tells least.
enum class SelectorPart : std::uint8_t { path, except, host, method };

/// As the key in a rule file.
std::string_view name_of(SelectorPart part);

bool fits_method(const Rule& rule, std::string_view method);
bool fits_host(const Rule& rule, std::string_view host);
bool is_excepted(const Rule& rule, std::string_view path);

/// A rule, and the first part of its selector that does not fit; with none, what its pattern captured.
struct Considered {
  const Rule* rule = nullptr;
  std::optional<SelectorPart> unfit;
  std::vector<Capture> captures;
};

/// Every rule of the set, in rule order; arguments as of RuleSet::find, which finds those without an `unfit` part.
std::vector<Considered> consider(const RuleSet& rules, std::string_view host, std::string_view method,
                                 std::string_view path);

}  // namespace outrider::push
