// SPDX-License-Identifier: MIT
// What an explanation rests on that nobody said, in sentences.
#pragma once

#include <string>
#include <vector>

#include "app/offline/offline.h"
#include "push/rehearsal.h"

namespace outrider::app {

/// `asked` is the request as it came to be decided.
std::vector<std::string> assumptions_of(const Ground& ground, const Question& question, const Answer& answer,
                                        const push::Setting& setting, const push::Request& asked);

/// The same for what is refused before any rule is asked.
std::vector<std::string> assumptions_of(const Ground& ground, const Question& question, const Answer& answer);

}  // namespace outrider::app
