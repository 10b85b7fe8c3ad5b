// SPDX-License-Identifier: MIT
// The hint constructors that rule files call: style, script, module, font, image, fetch, preconnect; and hint_list,
// which modules give the lists that they take. Worker's thread; the control thread while loading.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "script/hint_box.h"
#include "script/hint_reader.h"
#include "script/state.h"

namespace outrider::script {

struct HintConstructors {
  HintBoxes boxes;
  /// While files load: takes the mistakes of a call down, so that the file goes on and all of its mistakes are found,
  /// and returns their numbers [first, last). While serving there is none, and a mistake is an error of the rule.
  std::function<std::pair<std::uint32_t, std::uint32_t>(lua_State* L, const HintCall& call)> take_down;
};

/// Makes the globals. Call it inside State::run; `constructors` must live as long as the state.
void install_hint_constructors(State& state, lua_State* L, HintConstructors& constructors);

}  // namespace outrider::script
