// SPDX-License-Identifier: MIT
// What rules look at and no access log tells: where they do, the server may have decided otherwise than a replay does.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "observe/log_reader.h"
#include "push/reads.h"
#include "push/rule.h"

namespace outrider::app {

/// Appends what a rule's declared keys look at. `buckets_are_random`: see Candidate.
void untold_by_keys(const push::Rule& rule, const observe::LoggedRequest& line, bool buckets_are_random,
                    std::vector<std::string>& what);

/// Appends what a rule's function has looked at.
void untold_by_reads(const push::Reads& reads, const observe::LoggedRequest& line, bool buckets_are_random,
                     std::vector<std::string>& what);

}  // namespace outrider::app
