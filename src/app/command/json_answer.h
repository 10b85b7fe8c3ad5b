// SPDX-License-Identifier: MIT
// What commands with --json print where there is no result. Pure, but for print_json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/load_error.h"

namespace outrider::app {

/// To standard output, indented, with a line end; bytes that are no UTF-8 are replaced.
void print_json(const nlohmann::ordered_json& json);
/// What was asked for cannot be done.
nlohmann::ordered_json error_json(const std::string& config, const std::string& message);
/// The configuration or its rules are wrong.
nlohmann::ordered_json problems_json(const std::string& config, const std::vector<Problem>& problems);

}  // namespace outrider::app
