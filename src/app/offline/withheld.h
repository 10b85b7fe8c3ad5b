// SPDX-License-Identifier: MIT
// Hints that stay out of a page's Link because a shared cache may keep it: on account of which rules, and what would
// change it. Pure.
#pragma once

#include <string>
#include <vector>

#include "app/offline/offline.h"

namespace outrider::app {

/// The rules that looked at something personal, on account of which entries go nowhere (Reason::shared_cache): each
/// once. A final one may be among them that has no hints itself.
std::vector<const push::RuleTrace*> withholding(const Answer& answer);

/// What to write into the route, if its pages are each visitor's own: `headers = { ["cache-control"] = "private" }`.
std::string private_pages(const config::Route& route);

}  // namespace outrider::app
