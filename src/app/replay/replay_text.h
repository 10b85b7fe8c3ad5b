// SPDX-License-Identifier: MIT
// What a replay found, as text for a person.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace outrider::app {

/// From what replay_json() made. `colour`: for a terminal that takes escape sequences.
std::string replay_text(const nlohmann::ordered_json& json, bool colour);

}  // namespace outrider::app
