// SPDX-License-Identifier: MIT
// The answer of `GET /v1/status` for a person at a terminal. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace outrider::app {

/// What is switched off comes first. Members that a server of another version lacks are left out.
std::string status_text(const nlohmann::json& status);

}  // namespace outrider::app
