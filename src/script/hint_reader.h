// SPDX-License-Identifier: MIT
// From what Lua code writes to push::Hint: the arguments of style(), font() …, and the values in a list of hints.
// Worker's thread; the control thread while loading.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "push/hint.h"
#include "script/hint_box.h"
#include "script/read_values.h"

struct lua_State;

namespace outrider::script {

/// What the arguments of a constructor say, and everything that is wrong with them.
struct HintCall {
  push::Hint hint;
  std::vector<Mistake> mistakes;
};

/// Reads the running C function's arguments: (url), (url, options) or ({ url, option = … }). Raises nothing.
HintCall read_hint_call(lua_State* L, push::Kind kind);

/// True for a call with an URL and nothing else, which needs no reading.
bool is_plain_hint_call(lua_State* L);

/// A hint, or a plain string whose kind its extension tells. Errors: what was expected and what was found. Raises
/// nothing.
Result<push::Hint> read_hint(lua_State* L, int index, const HintBoxes& boxes);

/// Appends what a function returned: nothing, false, a hint, a path, or a list of these, in which false and nil are
/// left out. At most `limit` entries are read; more are not looked at. The error is `bad hint 3: expected …, found …`;
/// on an error `hints` is left as it was. Raises nothing.
Result<void> read_hints(lua_State* L, int index, const HintBoxes& boxes, std::size_t limit,
                        std::vector<push::Hint>& hints);

}  // namespace outrider::script
