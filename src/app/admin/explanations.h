// SPDX-License-Identifier: MIT
// The workers' answers to why as one explanation, of the shape of app/offline/explain_json.h. Pure.
//
// Of a request that nobody sends it has also
//   { "generation": 3,
//     "live": { "worker": 0, "workers": 2, "silent_workers": [ 1 ], "alike": true, "disk_differs": false,
//               "connection": { "address", "protocol", "accepts_push", "requests", "sent", "promised_bytes" } } }
// and of one that came, instead of what it cannot know,
//   { "generation": 3,
//     "recent": { "id", "at", "client", "worker", "status", "early_hints", "left_out" } }
// A rule that was considered then has "hints", their number, and no "returned".
#pragma once

#include <optional>
#include <vector>

#include "app/admin/admin_json.h"
#include "app/offline/asked.h"
#include "app/worker/live_answer.h"
#include "base/result.h"

namespace outrider::app {

/// `answers` are by the workers' index; those that do not answer have none. The one with the newest connection of the
/// client that is asked about is told, else the first. Errors: none answers.
Result<Json> live_explanation(const std::vector<std::optional<LiveAnswer>>& answers, const Asked& asked,
                              bool disk_differs);

/// Errors: nobody remembers it; then the message says what is remembered.
Result<Json> recent_explanation(const std::vector<std::optional<RecentAnswer>>& answers, const std::string& id);

}  // namespace outrider::app
