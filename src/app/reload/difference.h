// SPDX-License-Identifier: MIT
// What a reload would change, for a person: "~ rules/shop.lua", "+ www.example.com: rule \"cart\" (rules/shop.lua:12)",
// "- listen 0.0.0.0:80". Pure.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "push/worker_rules.h"
#include "script/sources.h"

namespace outrider::app {

/// One side of the comparison.
struct Side {
  const config::Config& config;
  const push::WorkerRules& rules;
  const script::Snapshot& sources;
};

/// One line for each file, listener, site, setting and rule that is added (+), removed (-) or changed (~). Empty if
/// nothing is.
std::vector<std::string> difference(const Side& before, const Side& after);

}  // namespace outrider::app
