// SPDX-License-Identifier: MIT
// A thread's rule functions, timed, with a note of what they look at.
#pragma once

#include <chrono>
#include <functional>
#include <type_traits>
#include <utility>

#include "app/replay/durations.h"
#include "push/evaluate.h"

namespace outrider::app {

class WatchedFunctions final : public push::FunctionHost {
 public:
  struct Call {
    std::chrono::nanoseconds took;
    bool failed;
    const push::Reads& reads;  // what it looked at
  };
  using Called = std::function<void(const push::Rule& rule, const Call& call)>;

  /// `functions` may be null where no rule has any, and outlives this. `called` is told of each call.
  WatchedFunctions(push::FunctionHost* functions, Called called) : functions_(functions), called_(std::move(called)) {}

  Result<bool> condition_holds(const push::Match& match, const push::Request& request,
                               const push::Response* response) override {
    return watch(match, request, [&] { return functions_->condition_holds(match, request, response); });
  }

  Result<void> hints(const push::Match& match, const push::Request& request, const push::Response* response,
                     std::vector<push::Hint>& hints) override {
    return watch(match, request, [&] { return functions_->hints(match, request, response, hints); });
  }

 private:
  template <class Function>
  std::invoke_result_t<Function> watch(const push::Match& match, const push::Request& request, const Function& call) {
    // Nothing goes into a cache here: what others have noted until now is of no interest any more.
    request.reads.clear();
    const auto begun = std::chrono::steady_clock::now();
    auto result = call();
    called_(*match.rule, {std::chrono::steady_clock::now() - begun, !result, request.reads});
    return result;
  }

  push::FunctionHost* functions_;
  Called called_;
};

}  // namespace outrider::app
