// SPDX-License-Identifier: MIT
#include "script/function_host.h"

#include <fmt/format.h>

#include "base/check.h"
#include "push/push_list.h"
#include "script/hint_reader.h"
#include "script/lua_api.h"

namespace outrider::script {

RuleState::RuleState(const Limits& limits, Watchdog* watchdog, bool jit) : state_(limits, watchdog, jit) {
  const auto installed = state_.run(std::chrono::milliseconds::zero(), [this](lua_State* L) {
    constructors_.emplace(HintConstructors{HintBoxes(L), {}});
    install_hint_constructors(state_, L, *constructors_);
    objects_.install(state_, L, constructors_->boxes);
  });
  if (!installed) throw LoadError({}, "rules: " + installed.error().message);
}

Result<void> RuleState::call(const KeptFunction& function, bool with_response) {
  lua_State* L = state_.lua();
  State::push_ref(L, function.ref);
  objects_.push_request(L);
  if (with_response) objects_.push_response(L);
  auto called = state_.call(with_response ? 2 : 1, 1, state_.limits().cpu_time);
  if (called || !problem_from(called.error(), {}).place.file.empty()) return called;
  // `return style(5)` is a tail call: the line that wrote it is gone from the stack when the error comes.
  return failure(fmt::format("{}: {}", function.place.text(), called.error().message));
}

Result<bool> RuleState::condition_holds(const push::Match& match, const push::Request& request,
                                        const push::Response* response) {
  const auto index = static_cast<std::size_t>(match.rule->when_function);
  CHECK(index < functions_.size());
  const RequestObjects::Armed armed(objects_, match, request, response);
  const auto called = call(functions_[index], response != nullptr);
  if (!called) return tl::unexpected(called.error());
  const bool holds = lua_toboolean(state_.lua(), -1) != 0;
  lua_pop(state_.lua(), 1);
  return holds;
}

Result<void> RuleState::hints(const push::Match& match, const push::Request& request, const push::Response* response,
                              std::vector<push::Hint>& hints) {
  const auto index = static_cast<std::size_t>(match.rule->hints_function);
  CHECK(index < functions_.size());
  const RequestObjects::Armed armed(objects_, match, request, response);
  auto called = call(functions_[index], response != nullptr);
  if (!called) return called;
  lua_State* L = state_.lua();
  Result<void> read;
  if (!lua_isnil(L, -1)) {
    // One more than a list may hold: that is how evaluate() learns that the rule returned too many.
    read = read_hints(L, -1, constructors_->boxes, push::PushList::max_entries + 1, hints);
    if (!read) read = failure(fmt::format("{}: {}", functions_[index].place.text(), read.error().message));
  }
  lua_pop(L, 1);
  return read;
}

}  // namespace outrider::script
