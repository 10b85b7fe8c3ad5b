// SPDX-License-Identifier: MIT
// `rule { … }`: from a Lua table to push::Rule. Everything that is wrong with the table is found in one go. Control
// thread, while loading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/rule.h"
#include "script/hint_box.h"
#include "script/read_values.h"
#include "script/state.h"

namespace outrider::script {

/// A function of a rule that the state keeps.
struct KeptFunction {
  int ref = 0;  // of State::ref
  Place place;  // where it is written
};

struct RuleReading {
  push::Rule rule;
  std::vector<Mistake> mistakes;
  /// Ranges [first, last) of the loader's problems that its hints brought along.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> hint_problems;
  bool named = false;  // the author gave the name
};

/// Reads the table at `index` of the running call. Functions are appended to `functions`; the rule holds their
/// positions. `place` is the call's, and names the rule where its author does not. May raise Lua errors (memory).
RuleReading read_rule(State& state, lua_State* L, int index, const HintBoxes& boxes, const Place& place,
                      std::vector<KeptFunction>& functions);

/// The rule keys that have a reader, for the test that compares them with the API's table.
std::vector<std::string_view> rule_key_names();

}  // namespace outrider::script
