// SPDX-License-Identifier: MIT
// What is wrong with the hints of one page: lists that contradict themselves, weigh too much or come from a rule that
// fails, and connections that the page has already or cannot use.
#pragma once

#include <cstdint>
#include <string_view>

#include "app/check/gather.h"
#include "app/check/warnings.h"

namespace outrider::app {

/// own_origin and font_crossorigin.
void judge_hint(const Hinted& hinted, const Offline& offline, Warnings& warnings);

/// By what one request gets: repeated_url, over_budget, rule_fails, and fonts on a connection that cannot carry them.
/// `budget_bytes` is for a page for whose hints no other budget is configured.
void judge_page(const AskedPage& page, const Offline& offline, std::uint64_t budget_bytes, HintPlaces& places,
                Warnings& warnings);

/// repeated_url within a rule's declared list.
void judge_declared_repeats(const config::Site& site, const push::Rule& rule, HintPlaces& places, Warnings& warnings);

/// A warning about a rule, at one of its keys; the message begins with the rule's name.
Warning about(const push::Rule& rule, std::string_view key, WarningId id, std::string_view message);

}  // namespace outrider::app
