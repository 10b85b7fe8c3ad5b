// SPDX-License-Identifier: MIT
// What is odd about rules themselves: those that no request can reach, names, patterns, and
// functions of which nothing is known.
#pragma once

#include <cstddef>
#include <vector>

#include "app/check/gather.h"
#include "app/check/warnings.h"

namespace outrider::app {

/// By the rules alone: never_matches, duplicate_name, and repeats within a declared list.
void judge_rules(const Offline& offline, HintPlaces& places, Warnings& warnings);

/// slow_pattern; `steps` is the limit that ends a search.
void judge_patterns(const std::vector<RuleSource>& sources, std::size_t steps, Warnings& warnings);

/// unknown_hints, once everything has been asked.
void judge_unknown(const Gather& gather, const Offline& offline, Warnings& warnings);

}  // namespace outrider::app
