// SPDX-License-Identifier: MIT
// The line that a message about a table names: its key's, where the table is written out; else that of the call.
// Control thread.
#pragma once

#include "base/load_error.h"
#include "script/outline.h"
#include "script/read_values.h"

namespace outrider::script {

/// Where `mistake` is. `outline` is of the table, or null where it is not written out; `call` is where the call stands.
Place place_of(const Mistake& mistake, const OutlineTable* outline, const Place& call);

}  // namespace outrider::script
