// SPDX-License-Identifier: MIT
// What happens at a limit. A debug hook is set from a signal handler (time) or from the allocator (memory), both on the
// state's own thread, and runs before the next instruction. To end a call it raises an error at every instruction until
// the outermost call has returned, so that no pcall or coroutine of the script can go on. For memory it collects
// garbage first, and ends the call only if that does not help. Debug hooks are one per Lua state, not per coroutine.
// While one runs there is no other, also not in the message handler that Lua calls for the hook's own error: so no
// script may have such a handler (base_library.cc has an xpcall without one), and ours runs nothing of a script's for
// an error that is a string.
#include <fmt/format.h>

#include "base/log.h"
#include "script/lua_api.h"
#include "script/memory.h"
#include "script/state.h"

namespace outrider::script {

void State::interrupt() {
  if (!running_ || (jit_ && !loading_)) return;
  hooked_.store(true, std::memory_order_relaxed);
  lua_sethook(lua_, on_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

void State::clear_interrupt() {
  hooked_.store(false, std::memory_order_relaxed);
  lua_sethook(lua_, nullptr, 0, 0);
}

void State::on_hook(lua_State* lua, lua_Debug* activation) {
  State& state = of(lua);
  if (!state.ended_because_.empty() || (state.guard_ != nullptr && state.guard_->fired())) {
    // The function that writes the traceback of an error is on its way out: it ends by itself.
    if (activation->event == LUA_HOOKCALL) {
      lua_getinfo(lua, "f", activation);
      const bool ours = lua_tocfunction(lua, -1) == binding<add_traceback>;
      lua_pop(lua, 1);
      if (ours) return;
    }
    state.raise_limit(lua, 0);
  }
  if (state.memory_->over_limit()) {
    state.collect(lua);
    if (state.memory_->nearly_full()) {
      state.ran_out_of_memory_ = true;
      state.end_call_here(
          lua, 0,
          fmt::format("used more than the {} MiB of memory that a Lua state may have", state.memory_->limit() >> 20));
    }
  }
  state.clear_interrupt();
  // The signal may have come while the hook was being cleared.
  if (state.guard_ != nullptr && state.guard_->fired()) state.interrupt();
}

void State::check_time(lua_State* lua) {
  if (guard_ != nullptr && guard_->fired()) raise_limit(lua, 1);
}

void State::raise_limit(lua_State* lua, int level) {
  if (!ended_because_.empty()) end_call(lua, {});
  if (guard_->cancelled()) end_call(lua, std::string(cancelled_text));
  end_call_here(lua, level, fmt::format("took more than {} ms of CPU time", cpu_limit_.count()));
}

void State::end_call_here(lua_State* lua, int level, const std::string& why) {
  const Place where = nearest_place(lua, level);
  end_call(lua, where.text() + (where.line > 0 ? ": " : "") + why + traceback(lua, 0));
}

void State::collect(lua_State* lua) {
  const Memory::Collection collection(*memory_);
  lua_gc(lua, LUA_GCCOLLECT, 0);
}

bool State::is_filled() {
  collect(lua_);
  if (loading_ || !memory_->nearly_full()) return false;
  full_until_ = std::chrono::steady_clock::now() + limits_.rest_when_full;
  if (!std::exchange(full_, true)) log::error("{}", error_of_full().message);
  return true;
}

Error State::error_of_full() const {
  constexpr double MiB = 1 << 20;
  return Error{fmt::format(
      "the functions of this worker's rules are not called, but for one try every {} s: what rules keep from one "
      "request to the next takes {:.1f} of the {:.1f} MiB that its Lua state may have; \"outrider reload\" frees it, "
      "until they fill it again; let them keep less, or raise limits.rule_memory_bytes",
      limits_.rest_when_full.count() / 1000, static_cast<double>(memory_->used()) / MiB,
      static_cast<double>(memory_->limit()) / MiB)};
}

void State::end_call(lua_State* lua, std::string why) {
  if (ended_because_.empty()) ended_because_ = std::move(why);
  interrupt();
  push_text(lua, "this call must end");
  lua_error(lua);
  __builtin_unreachable();
}

}  // namespace outrider::script
