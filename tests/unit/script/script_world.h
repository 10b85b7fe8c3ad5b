// SPDX-License-Identifier: MIT
// For tests of the state and what runs in it: a sandboxed state, what a piece of Lua returns, and what it says when it
// fails.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/value.h"
#include "script/state.h"
#include "script/values.h"
#include "script/watchdog.h"
#include "unit/temporary_folder.h"

namespace outrider::script {

class ScriptWorld {
 public:
  explicit ScriptWorld(const Limits& limits = {}) : state(limits, &watchdog) {}

  /// What `source` returns; throws std::runtime_error with the message where it fails.
  Value run(const std::string& source, std::chrono::milliseconds limit = std::chrono::milliseconds(20'000)) {
    if (auto loaded = state.load(state.lua(), source, "rules/shop.lua"); !loaded) {
      throw std::runtime_error(loaded.error().message);
    }
    if (auto called = state.call(0, 1, limit); !called) throw std::runtime_error(called.error().message);
    std::vector<Problem> problems;
    Value value = value_at(state.lua(), -1, nullptr, {}, problems);
    state.unref(state.lua(), state.ref(state.lua()));  // takes it off the stack
    if (!problems.empty()) throw std::runtime_error(problems.front().text());
    return value;
  }

  std::string text(const std::string& source) {
    const Value value = run(source);
    return value.string() != nullptr ? *value.string() : value.describe();
  }
  double number(const std::string& source) {
    const Value value = run(source);
    if (value.number() == nullptr) throw std::runtime_error("no number: " + value.describe());
    return *value.number();
  }
  bool yes(const std::string& source) {
    const Value value = run(source);
    return value.boolean() != nullptr && *value.boolean();
  }
  /// The message with which `source` fails; empty if it does not.
  std::string error(const std::string& source, std::chrono::milliseconds limit = std::chrono::milliseconds(20'000)) {
    try {
      run(source, limit);
    } catch (const std::runtime_error& failed) {
      return failed.what();
    }
    return {};
  }

  Watchdog watchdog;
  State state;
};

}  // namespace outrider::script
