// SPDX-License-Identifier: MIT
// What a test says of the world around its request: what is known of assets, and how the page is answered. Control
// thread, while tests run.
#pragma once

#include "script/test_keys.h"

namespace outrider::script {

/// `assets = { ["/app.css"] = { status = 404 } }` on top of the stack.
Result<void> read_assets(lua_State* L, TestRequest& request);
/// `response = { status = 200, headers = { … } }` on top of the stack.
Result<void> read_response(lua_State* L, TestRequest& request);

}  // namespace outrider::script
