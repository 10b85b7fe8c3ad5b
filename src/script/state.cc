// SPDX-License-Identifier: MIT
// Building a state, the doors in and out, and the change from loading to serving. Limits and messages are in
// state_limits.cc and state_messages.cc.
#include "script/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "base/check.h"
#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/memory.h"
#include "script/sandbox.h"

namespace outrider::script {
namespace {

/// Of the thread's stack, which has 8 MiB as a rule. Raising an error through so much of it takes some 50 ms already,
/// as Lua looks at all of it anew for each call from C.
constexpr std::ptrdiff_t most_stack = 1 << 19;

const char* stack_here() {
  return static_cast<const char*>(__builtin_frame_address(0));
}

/// An error outside a protected call: one of ours forgot run().
int on_panic(lua_State* lua) {
  const char* message = lua_tostring(lua, -1);
  check_failed(message != nullptr ? message : "Lua error outside a protected call", __FILE__, __LINE__);
}

/// Within a table the parser names what comes behind a missing comma, often in the next line.
std::string_view advice_on_syntax(std::string_view message) {
  const bool in_table = message.find("'}' expected") != message.npos;
  const bool at_end = message.ends_with("near '<eof>'");
  return in_table && !at_end ? "; is there a comma missing before it?" : "";
}

}  // namespace

State::State(const Limits& limits, Watchdog* watchdog, bool jit)
    : limits_(limits), memory_(std::make_unique<Memory>(*this, limits.memory_bytes)), jit_(jit) {
  lua_ = lua_newstate(Memory::allocate, memory_.get());
  const std::string too_small =
      fmt::format("a Lua state does not fit into {} bytes of memory; give rules at least 1 MiB", limits.memory_bytes);
  if (lua_ == nullptr) throw LoadError({}, too_small);
  lua_atpanic(lua_, on_panic);
  stack_ = stack_here();
  const int status = lua_cpcall(
      lua_,
      [](lua_State* lua) {
        return enter(lua, [](State& state, lua_State* inner) {
          state.build(inner);
          return 0;
        });
      },
      nullptr);
  if (status != 0 || memory_->over_limit()) {
    const std::string why = status == 0 || status == LUA_ERRMEM ? too_small : std::string(text_at(lua_, -1));
    lua_close(lua_);
    throw LoadError({}, why);
  }
  if (watchdog != nullptr) {
    guard_ = std::make_unique<Watchdog::Guard>(
        *watchdog, [](void* state) { static_cast<State*>(state)->interrupt(); }, this);
  }
}

State::~State() {
  if (lua_ != nullptr) lua_close(lua_);
}

State& State::of(lua_State* lua) {
  void* memory = nullptr;
  lua_getallocf(lua, &memory);
  return static_cast<Memory*>(memory)->owner();
}

void State::build(lua_State* lua) {
  luaJIT_setmode(lua, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
  const auto keep = [lua] { return luaL_ref(lua, LUA_REGISTRYINDEX); };
  lua_pushcfunction(lua, binding<add_traceback>);
  traceback_ref_ = keep();
  lua_pushcfunction(lua, binding<run_pending>);
  run_ref_ = keep();
  lua_newtable(lua);
  assignable_ref_ = keep();

  Frozen::install(*this, lua);
  lua_newtable(lua);
  open_sandbox(*this, lua);
  lua_pushvalue(lua, -1);
  globals_ref_ = keep();
  install_environment(lua);
}

bool State::stack_is_used_up() const {
  return stack_ - stack_here() > most_stack;
}

int State::enter(lua_State* lua, Binding function) {
  std::string message;
  int level = 0;
  try {
    // What adds the traceback to that very error needs little.
    if (of(lua).stack_is_used_up() && function != add_traceback) throw ScriptError("calls nest too deeply");
    return function(of(lua), lua);
  } catch (const ScriptError& error) {
    message = error.what();
    level = error.level();
  } catch (const std::bad_alloc&) {
    message = "not enough memory";
    level = 1;
  } catch (const std::exception& error) {
    message = error.what();
    level = 1;
  }
  // Here and not in the handlers: lua_error must not unwind through a catch block.
  if (level > 0) {
    const Place place = of(lua).nearest_place(lua, level);
    if (place.line > 0) message = place.text() + ": " + message;
  }
  push_text(lua, message);
  return lua_error(lua);
}

int State::run_pending(State& state, lua_State* lua) {
  const Body body = state.pending_body_;
  body(state.pending_context_, lua);
  return 0;
}

Result<void> State::run_body(std::chrono::milliseconds cpu_limit, void* context, Body body) {
  pending_context_ = context;
  pending_body_ = body;
  lua_rawgeti(lua_, LUA_REGISTRYINDEX, run_ref_);
  return call(0, 0, cpu_limit);
}

Result<void> State::call(int arguments, int results, std::chrono::milliseconds cpu_limit) {
  CHECK(!running_);
  if (guard_ != nullptr && guard_->cancelled()) [[unlikely]] {
    lua_settop(lua_, lua_gettop(lua_) - arguments - 1);
    return failure(std::string(cancelled_text));
  }
  if (is_full()) [[unlikely]] {
    lua_settop(lua_, lua_gettop(lua_) - arguments - 1);
    return tl::unexpected<Error>(error_of_full());
  }
  lua_rawgeti(lua_, LUA_REGISTRYINDEX, traceback_ref_);
  const int handler = lua_gettop(lua_) - arguments - 1;
  lua_insert(lua_, handler);

  const bool guarded = guard_ != nullptr && cpu_limit.count() > 0 && (!jit_ || loading_);
  running_ = true;
  stack_ = stack_here();
  cpu_limit_ = cpu_limit;
  if (guarded) guard_->begin(cpu_limit);
  const int status = lua_pcall(lua_, arguments, results, handler);
  if (guarded) guard_->end();
  running_ = false;
  if (hooked_.load(std::memory_order_relaxed)) clear_interrupt();

  if (status == 0 && ended_because_.empty()) [[likely]] {
    lua_remove(lua_, handler);
    return {};
  }
  Error error = take_error(status);
  lua_settop(lua_, handler - 1);
  return tl::unexpected<Error>(std::move(error));
}

Result<void> State::try_call(lua_State* lua, int arguments) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, traceback_ref_);
  const int handler = lua_gettop(lua) - arguments - 1;
  lua_insert(lua, handler);
  const int status = lua_pcall(lua, arguments, 0, handler);
  lua_remove(lua, handler);
  if (status == 0) return {};
  if (status == LUA_ERRMEM || !ended_because_.empty()) lua_error(lua);
  Error error{lua_type(lua, -1) == LUA_TSTRING ? std::string(text_at(lua, -1)) : describe(lua, -1)};
  lua_pop(lua, 1);
  return tl::unexpected<Error>(std::move(error));
}

void State::set_deadline(std::chrono::steady_clock::time_point deadline) {
  if (guard_ != nullptr) guard_->set_deadline(deadline);
}

void State::set_cancel(Cancel cancel) {
  if (guard_ != nullptr) guard_->set_cancel(std::move(cancel));
}

Error State::take_error(int status) {
  std::string message;
  if (!ended_because_.empty()) {
    message = std::exchange(ended_because_, {});
  } else if (status == LUA_ERRMEM) {
    message = fmt::format("not enough memory: the limit is {} MiB for each Lua state", limits_.memory_bytes >> 20);
  } else {
    message = lua_type(lua_, -1) == LUA_TSTRING ? std::string(text_at(lua_, -1)) : describe(lua_, -1);
  }
  if (std::exchange(ran_out_of_memory_, false) || status == LUA_ERRMEM || memory_->over_limit()) {
    // Who asked for the last of it need not be the one to blame.
    if (is_filled()) return error_of_full();
  }
  return Error{std::move(message)};
}

Result<void> State::load(lua_State* lua, std::string_view source, const std::string& shown_as) {
  if (source.substr(0, 1) == "\x1b") return failure(shown_as + ": this is compiled Lua; only Lua text is accepted");
  if (std::find(names_.begin(), names_.end(), shown_as) == names_.end()) names_.push_back(shown_as);
  const int status = luaL_loadbufferx(lua, source.data(), source.size(), ("@" + shown_as).c_str(), "t");
  if (status == 0) {
    lua_rawgeti(lua, LUA_REGISTRYINDEX, environment_ref_);
    lua_setfenv(lua, -2);
    return {};
  }
  std::string message = status == LUA_ERRMEM ? shown_as + ": not enough memory to compile it"
                                             : with_whole_names(std::string(text_at(lua, -1)));
  if (!begins_with_place(message)) message = shown_as + ": " + message;
  lua_pop(lua, 1);
  return failure(message.append(advice_on_syntax(message)));
}

void State::push(lua_State* lua, Binding function) {
  lua_pushlightuserdata(lua, reinterpret_cast<void*>(function));
  lua_pushcclosure(
      lua,
      [](lua_State* inner) {
        return enter(inner, reinterpret_cast<Binding>(lua_touserdata(inner, lua_upvalueindex(1))));
      },
      1);
}

int State::ref(lua_State* lua) {
  const int ref = luaL_ref(lua, LUA_REGISTRYINDEX);
  refs_.push_back(ref);
  return ref;
}

void State::unref(lua_State* lua, int ref) {
  std::erase(refs_, ref);
  luaL_unref(lua, LUA_REGISTRYINDEX, ref);
}

void State::push_ref(lua_State* lua, int ref) {
  lua_rawgeti(lua, LUA_REGISTRYINDEX, ref);
}

void State::require_loading(std::string_view function) const {
  if (!loading_) {
    throw ScriptError(fmt::format("{} works only while files load, not while a request is served", function));
  }
}

Result<void> State::finish_loading() {
  auto result = run(limits_.load_cpu_time, [this](lua_State* lua) {
    for (const int ref : refs_) {
      push_ref(lua, ref);
      Frozen::freeze_with_functions(lua, -1);
      lua_rawseti(lua, LUA_REGISTRYINDEX, ref);
    }
    collect(lua);
  });
  loading_ = false;
  if (jit_) luaJIT_setmode(lua_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_ON);
  return result;
}

std::size_t State::memory_used() const {
  return memory_->used();
}

}  // namespace outrider::script
