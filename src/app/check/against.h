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

struct AgainstResult {
  std::size_t fetched = 0;  // URLs that were asked for
  std::string unreachable;  // why nothing was answered; empty: something was, or nothing was asked for
};

/// Asks `origin` for every hint on its site, each URL once, and warns of what its answers tell. What is hinted of other
/// origins is not fetched. Errors: `origin` is none, or the host of no site.
Result<AgainstResult> judge_against(const std::string& origin, const std::filesystem::path& ca_file,
                                    const std::vector<Hinted>& hints, const Offline& offline, Warnings& warnings);

}  // namespace outrider::app
