// SPDX-License-Identifier: MIT
// The words that rule files and messages use for the domain's enumerations, in both directions. One table each, so that
// what is read, what is printed and what an error message offers ("expected one of …") cannot drift apart.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "push/hint.h"
#include "push/plan.h"
#include "push/request.h"
#include "push/rule.h"
#include "push/user_agent.h"

namespace outrider::push {

// Declared beside their types: name_of and kind_named of Kind (hint.h), name_of of Family (user_agent.h) and How
// (plan.h).

/// "auto", "push", "early_hints", "link".
std::string_view name_of(Deliver deliver);
/// "request", "response".
std::string_view name_of(Phase phase);
/// "anonymous", "use-credentials"; empty for CrossOrigin::none, which is said by saying nothing.
std::string_view name_of(CrossOrigin crossorigin);
/// "auto", "high", "low".
std::string_view name_of(FetchPriority fetchpriority);
/// "before", "interleaved", "after"; empty for PushPriority::by_kind, which is said by saying nothing.
std::string_view name_of(PushPriority priority);

/// The enumerator of exactly that name, or nothing.
std::optional<Deliver> deliver_named(std::string_view name);
std::optional<Phase> phase_named(std::string_view name);
std::optional<CrossOrigin> crossorigin_named(std::string_view name);
std::optional<FetchPriority> fetchpriority_named(std::string_view name);
std::optional<PushPriority> push_priority_named(std::string_view name);
std::optional<Family> family_named(std::string_view name);

/// Every name that the function above takes, in the order of the enumeration.
std::span<const std::string_view> kind_names();
std::span<const std::string_view> deliver_names();
std::span<const std::string_view> phase_names();
std::span<const std::string_view> crossorigin_names();
std::span<const std::string_view> fetchpriority_names();
std::span<const std::string_view> push_priority_names();
std::span<const std::string_view> family_names();

}  // namespace outrider::push
