// SPDX-License-Identifier: MIT
// The configuration's table as a part of outrider.conf(5). Pure; any thread.
#pragma once

#include "app/reference/man_page.h"

namespace outrider::app {

/// Every group of keys under a heading of its own, the whole configuration first.
void write_configuration(ManPage& page);

}  // namespace outrider::app
