// SPDX-License-Identifier: MIT
// A page that stands for those of a pattern: what the rules for it declare counts together, towards budgets and
// repeats. Functions are not asked, because a made up "{id}" is none that they know.
#pragma once

#include <functional>
#include <string>

#include "app/check/gather.h"

namespace outrider::app {

/// Calls `hear` with what the rules of the site declare for the page of the question, for each client that makes a
/// difference; `wanted_client` as in for_each_client. Does nothing where no route has the page.
void look_at_declared(const Offline& offline, const config::Site& site, const push::RuleSet& rules,
                      const Question& question, const std::string& wanted_client,
                      const std::function<void(const AskedPage&)>& hear);

}  // namespace outrider::app
