// SPDX-License-Identifier: MIT
// The functions of rules in one worker: its Lua state, the objects that functions see, and the calls. Built on the
// control thread, then used by its worker's thread alone.
#pragma once

#include <optional>
#include <vector>

#include "push/evaluate.h"
#include "script/bind_hints.h"
#include "script/bind_request.h"
#include "script/rule_reader.h"
#include "script/state.h"

namespace outrider::script {

class RuleState final : public push::FunctionHost {
 public:
  /// A state in its loading phase, with `req`, `res`, `now` and the hint constructors. Throws LoadError where that does
  /// not fit into limits.memory_bytes. `watchdog` (null: no CPU limits) must outlive it.
  RuleState(const Limits& limits, Watchdog* watchdog, bool jit);

  Result<bool> condition_holds(const push::Match& match, const push::Request& request,
                               const push::Response* response) override;
  Result<void> hints(const push::Match& match, const push::Request& request, const push::Response* response,
                     std::vector<push::Hint>& hints) override;
  bool is_full() const override { return state_.is_full(); }

  State& state() { return state_; }
  HintConstructors& constructors() { return *constructors_; }
  /// Rules name functions by their position here.
  std::vector<KeptFunction>& functions() { return functions_; }

 private:
  /// Leaves one result on the stack. The error names a place in any case.
  Result<void> call(const KeptFunction& function, bool with_response);

  State state_;
  std::optional<HintConstructors> constructors_;
  RequestObjects objects_;
  std::vector<KeptFunction> functions_;
};

}  // namespace outrider::script
