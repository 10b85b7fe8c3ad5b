// SPDX-License-Identifier: MIT
// An explanation for a person, at 80 columns as far as names and URLs allow it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace outrider::app {

/// `answers` are explain_json()'s, of the same request from one client or several. `colour`: with escape sequences of a
/// terminal. `all_rules`: also those whose path does not fit. `verbose`: also the Link fields.
std::string explain_text(const std::vector<nlohmann::ordered_json>& answers, bool colour, bool all_rules, bool verbose);

}  // namespace outrider::app
