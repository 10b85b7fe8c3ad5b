// SPDX-License-Identifier: MIT
// What `explain` showed, as a test that holds from then on (`outrider explain --as-test`).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/offline/offline.h"

namespace outrider::app {

/// Replaces what a test file is no place for: the values of credentials. Returns the fields' names. Before it is asked.
std::vector<std::string> hide_credentials(Question& question);

/// Lua for a "*.test.lua" file beside the rules: the request with all that was said of it and of its assets, the hints
/// of its rules, and how this client gets each. `client` is empty or the name of a sample client. A request that is
/// refused before any rule is asked has none: that is the error. `hidden`: of hide_credentials().
Result<std::string> test_of(const Offline& offline, const Question& question, const Answer& answer,
                            std::string_view client, const std::vector<std::string>& hidden);

}  // namespace outrider::app
