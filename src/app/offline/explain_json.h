// SPDX-License-Identifier: MIT
// An explanation as data: what `explain --json` prints, and what its text is made from, so that the two cannot differ.
//
//   { "request": { "method", "url", "protocol", "client" }, "site", "route", "digest",
//     "refused": { "status", "why" },                                        instead of all but "assumptions"
//     "response": { "known", "status" },
//     "rules_fit": 2, "rules": 14,
//     "considered": [ { "rule", "place", "state", "selector", "condition", "condition_place", "captures": { … },
//                       "error", "final", "shadow", "returned": [ hint … ] } ],
//     "entries": [ { "kind", "url", "rule", "how", "reason", "bytes", "options": { … },
//                    "asset": { "status", "file" } } ],
//     "withheld": [ { "rule", "place", "looks_at", "cure" } ],
//     "budget": { "taken", "connection", "promises", "site", "rules": { … } },
//     "early_hints": [ "…" ], "link": [ "…" ], "vary": [ "…" ], "assumptions": [ "…" ] }
//
// A considered rule's "state" is "matched", "condition" (one does not hold), "failed" (the function of one raised an
// error), "selector" (`selector` says which part), "behind_final", "needs_response", "no_page" (it is of the response
// phase, and no hints go with such an answer) or, on a server that runs, "switched_off". An entry's asset is on the
// page's own host; its "file" is the one that is not there. A hint of "returned" has "kind", "url",
// "options" and "fate": "listed", "repeats" (then "first" is the rule that had it before), "unusable" (then "problem")
// or "no_room". A function that returned nothing has an empty list. "bytes" is what a push takes of the budget, or
// would take; "budget" is there where it is over, with its limits in bytes. "withheld" has the rules on whose account
// hints stay out of the Link of a page that shared caches may keep. Members that say nothing are left out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "app/offline/offline.h"

namespace outrider::app {

/// `client` is the name by which the client was asked for, or empty.
nlohmann::ordered_json explain_json(const push::WorkerRules& rules, const Question& question, const Answer& answer,
                                    std::string_view client);

}  // namespace outrider::app
