// SPDX-License-Identifier: MIT
// What is known of the terminal that a command prints to.
#pragma once

#include <cstdio>

namespace outrider::app {

/// Escape sequences may be printed there: it is a terminal, and nobody has asked for none (https://no-color.org).
bool takes_colour(std::FILE* stream);

}  // namespace outrider::app
