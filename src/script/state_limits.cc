// SPDX-License-Identifier: MIT
// What happens at a limit. A debug hook is set from a signal handler (time) or from the allocator (memory), both on the
// state's own thread, and runs before the next instruction. For time, and for whatever else must end a call, it raises
// an error at every instruction until the outermost call has returned, so that no pcall, coroutine or error handler of
// the script can go on. For memory it collects garbage and raises an error only if that does not help. Debug hooks are
// one per Lua state, not per coroutine.
#include <fmt/format.h>

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
    lua_gc(lua, LUA_GCCOLLECT, 0);
    // Close under the limit is no rest: it would be collected again and again.
    if (state.memory_->used() > state.memory_->limit() / 8 * 7) {
      luaL_where(lua, 0);
      lua_pushfstring(lua, "used more than the %d MiB of memory that a Lua state may have",
                      static_cast<int>(state.memory_->limit() >> 20));
      lua_concat(lua, 2);
      lua_error(lua);
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
  const Place where = nearest_place(lua, level);
  end_call(lua, where.text() + (where.line > 0 ? ": " : "") +
                    fmt::format("took more than {} ms of CPU time", cpu_limit_.count()) + traceback(lua, 0));
}

void State::end_call(lua_State* lua, std::string why) {
  if (ended_because_.empty()) ended_because_ = std::move(why);
  interrupt();
  push_text(lua, "this call must end");
  lua_error(lua);
  __builtin_unreachable();
}

}  // namespace outrider::script
