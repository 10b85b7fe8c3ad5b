// SPDX-License-Identifier: MIT
// `api = 1` at the head of a rule or test file. Control thread, while loading.
#pragma once

struct lua_State;

namespace outrider::script {

class State;

/// Lets files assign `api`: the version that this program speaks, or it is an error that names both. Call it inside
/// State::run.
void allow_api_line(State& state, lua_State* L);

}  // namespace outrider::script
