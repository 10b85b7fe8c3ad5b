// SPDX-License-Identifier: MIT
// One rule of an explanation, for a person: whether it matched, why not, and what it returned. Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/offline/text_layout.h"

namespace outrider::app {

/// A member that is a text, without control characters; empty where there is none.
std::string text_of(const nlohmann::ordered_json& json, const char* name);

/// `rule` is one of `answer`'s "considered". Lines, each with its end.
std::string rule_text(const nlohmann::ordered_json& rule, const nlohmann::ordered_json& answer, const Ink& ink);

/// What became of a rule differs between two clients.
bool decides_otherwise(const nlohmann::ordered_json& one, const nlohmann::ordered_json& other);

}  // namespace outrider::app
