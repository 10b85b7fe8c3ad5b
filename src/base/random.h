// SPDX-License-Identifier: MIT
// Numbers that nobody can guess, from the kernel (getentropy(3)). Any thread.
#pragma once

#include <array>
#include <cstdint>

namespace outrider {

using RandomKey = std::array<std::uint8_t, 16>;

RandomKey random_key();
std::uint64_t random_number();

}  // namespace outrider
