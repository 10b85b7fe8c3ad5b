// SPDX-License-Identifier: MIT
// The Lua API for editors and for luacheck. Pure; any thread.
#pragma once

#include <string>

namespace outrider::app {

/// rules/meta/outrider.lua: classes, fields and functions, annotated as lua-language-server reads them.
std::string lua_meta();

/// rules/meta/luacheckrc: the names that each kind of file sees.
std::string luacheck_config();

}  // namespace outrider::app
