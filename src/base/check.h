// SPDX-License-Identifier: MIT
// CHECK finds our own bugs and stays on in production: it prints the broken promise and ends the process, which the
// supervisor reports and replaces.
#pragma once

namespace outrider {

/// Prints "CHECK failed: EXPRESSION at FILE:LINE" to standard error and aborts.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace outrider

#define CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::outrider::check_failed(#expression, __FILE__, __LINE__))
