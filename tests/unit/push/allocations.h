// SPDX-License-Identifier: MIT
// Counts what operator new is asked for in this test program.
#pragma once

#include <cstddef>

namespace outrider::push::test {

/// Allocations of this thread so far.
std::size_t allocations();

}  // namespace outrider::push::test
