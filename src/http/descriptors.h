// SPDX-License-Identifier: MIT
// The library ends the process where it finds no descriptor for a context. So whether there are any is found out
// before, by taking them. Any thread.
#pragma once

#include <cstddef>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace outrider::http {

/// What a library context holds for as long as it lives: the two ends of the pipe that wakes its queue.
inline constexpr std::size_t descriptors_per_context = 2;

/// As many descriptors, to be let go of where they are needed. The error says how many there are, and what to do.
Result<std::vector<UniqueFd>> reserve_descriptors(std::size_t how_many);

}  // namespace outrider::http
