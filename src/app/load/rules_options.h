// SPDX-License-Identifier: MIT
// What the configuration says about rules, as src/script wants it.
#pragma once

#include <filesystem>

#include "config/config.h"
#include "script/rules.h"

namespace outrider::app {

/// One spec for each site, in the configuration's order. `cancel`: see RulesOptions.
script::RulesOptions rules_options(const config::Config& config, bool run_tests, const script::Cancel& cancel = {});

/// The rule modules that ship: beside the installed binary (../share/outrider/rules), or where the link "rules" in the
/// folder that it was built in leads; empty where neither is.
std::filesystem::path shipped_modules();

}  // namespace outrider::app
