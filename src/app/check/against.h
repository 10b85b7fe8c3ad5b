// SPDX-License-Identifier: MIT
// What is hinted, asked of a server: `outrider check --against https://www.example.com`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/check/gather.h"
#include "app/check/warnings.h"
#include "base/result.h"

namespace outrider::app {

struct AgainstServer {
  std::string origin;
  std::string connect_to;         // where it is: a host, perhaps with a port; empty: where its name says
  std::filesystem::path ca_file;  // PEM; empty: the system's authorities
};

struct AgainstResult {
  std::size_t fetched = 0;  // URLs for which it answered
  std::string unreachable;  // why nothing was answered; empty: something was, or nothing was asked for
};

/// Asks the server for every hint on its site, each URL once, and warns of what its answers tell. What is hinted of
/// other origins is not fetched. Errors: its origin is none, or the host of no site; it cannot be where it is said to
/// be.
Result<AgainstResult> judge_against(const AgainstServer& server, const std::vector<Hinted>& hints,
                                    const Offline& offline, Warnings& warnings);

}  // namespace outrider::app
