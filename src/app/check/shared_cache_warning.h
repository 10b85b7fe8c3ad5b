// SPDX-License-Identifier: MIT
// Pages whose hints never come into their Link, because shared caches may keep them and a rule asks who the visitor is.
#pragma once

#include <chrono>
#include <optional>

#include "app/check/warnings.h"
#include "app/offline/offline.h"

namespace outrider::app {

/// Asks for a page of each path of each rule, as somebody with the cookies that the rule wants, and takes it that the
/// page is there: what caches may do with it is as the route configures it, and what an application would say of it is
/// not known. False where that was not done by the deadline.
bool judge_shared_cache(const Offline& offline, std::optional<std::chrono::steady_clock::time_point> deadline,
                        Warnings& warnings);

}  // namespace outrider::app
