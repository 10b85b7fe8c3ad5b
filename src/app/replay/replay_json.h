// SPDX-License-Identifier: MIT
// What a replay found, as JSON: the whole of it for programs, and what the text for people is made from.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/replay/replay.h"

namespace outrider::app {

struct ReplayNames {
  std::string config, baseline;  // paths; baseline empty: the logs
  std::vector<std::string> logs;
};

/// Lists have the most important first, and at most `top` entries; how many there are in all stands beside them.
nlohmann::ordered_json replay_json(const Replayed& replayed, const ReplayNames& names, std::size_t top);

}  // namespace outrider::app
