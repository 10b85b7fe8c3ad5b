// SPDX-License-Identifier: MIT
// The Lua API's tables as parts of manual pages. Pure; any thread.
#pragma once

#include <string_view>

#include "app/reference/man_page.h"

namespace outrider::app {

/// Writes the entries of the table whose type, or else whose owner, is `name`: "Rule", "hint", "rule files". False
/// where there is no such table.
bool write_api(ManPage& page, std::string_view name);

/// What of Lua's own library scripts see.
void write_lua_library(ManPage& page);
/// Every reason, with its sentence.
void write_reasons(ManPage& page);
/// The clients that `explain` and tests know by name.
void write_sample_clients(ManPage& page);

}  // namespace outrider::app
