// SPDX-License-Identifier: MIT
// One Lua state: its memory limit, its time limit, its sandbox, and the only doors between C++ and Lua. Every call into
// Lua goes through run() or call() (protected call, traceback, limits); every C++ function that Lua calls goes through
// binding<> or push() (a C++ exception becomes a Lua error). A state is used by one thread at a time: the control
// thread builds it, then its worker runs it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/load_error.h"
#include "base/result.h"
#include "script/cancel.h"
#include "script/rules.h"
#include "script/watchdog.h"

struct lua_State;
struct lua_Debug;

namespace outrider::script {

class Memory;

/// Raised by bindings and by the bodies of run(): becomes a Lua error with the file:line of the Lua function `level`
/// calls up (1: the one that called the binding; 0: the message stands as it is).
class ScriptError : public std::exception {
 public:
  explicit ScriptError(std::string message, int level = 1) : message_(std::move(message)), level_(level) {}
  const char* what() const noexcept override { return message_.c_str(); }
  int level() const { return level_; }

 private:
  std::string message_;
  int level_;
};

class State {
 public:
  /// Arguments are on the stack from 1; returns how many results it pushed; may throw ScriptError. May also call
  /// lua_error: destructors run.
  using Binding = int (*)(State& state, lua_State* lua);

  /// A sandboxed state in its loading phase. `watchdog` enforces the CPU limits and must outlive the state; without one
  /// there are none. With `jit` compiled code runs once loading is finished, which gives up the CPU limits from then
  /// on. Throws LoadError where the sandbox alone does not fit into limits.memory_bytes.
  State(const Limits& limits, Watchdog* watchdog, bool jit = false);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  lua_State* lua() const { return lua_; }
  /// The state to which a lua_State, or a coroutine of it, belongs.
  static State& of(lua_State* lua);
  const Limits& limits() const { return limits_; }

  // --- Calls into Lua: from outside. Bodies and bindings, which are inside, use lua_call on the lua_State they got.
  // -------

  /// Runs `body(lua_State*)` in one protected call on an empty stack of its own: in it the whole Lua API may be used
  /// unprotected (lua_call, lua_next, lua_newtable …), and a ScriptError or a Lua error ends it. What it leaves on its
  /// stack is dropped. `cpu_limit` is CPU time of this thread, zero for none. The error is "rules/shop.lua:12: what
  /// happened", followed by the head of the traceback, one indented line a frame, where there is more than one; the
  /// place is missing where Lua knows none any more (a tail call of a C function, no memory): problem_from() fills it
  /// in. A limit that was hit ends the call whatever the script does (pcall, coroutines), and the state stays usable.
  template <class Body>
  Result<void> run(std::chrono::milliseconds cpu_limit, Body&& body) {
    using Type = std::remove_reference_t<Body>;
    return run_body(cpu_limit, const_cast<void*>(static_cast<const void*>(&body)),
                    [](void* context, lua_State* lua) { (*static_cast<Type*>(context))(lua); });
  }

  /// Calls the function below `arguments` arguments on top of lua()'s stack, as lua_pcall does; limit and errors as
  /// run(). On an error nothing is pushed. Pushing onto that stack is the caller's affair, and unprotected: only what
  /// allocates nothing (push_ref, numbers, booleans).
  Result<void> call(int arguments, int results, std::chrono::milliseconds cpu_limit);

  /// As call() without results, but for use inside: an error comes back, and whoever called goes on. Errors of a limit
  /// are none of these: they end the outermost call, too.
  Result<void> try_call(lua_State* lua, int arguments);

  /// Calls with a CPU limit end at this moment, too; from the next call on.
  void set_deadline(std::chrono::steady_clock::time_point deadline);

  /// Calls end with "cancelled: the server is stopping" while `cancel` is true, and none begins; null: for no such
  /// reason. Between calls. Needs a watchdog.
  void set_cancel(Cancel cancel);

  /// Ends the outermost running call with the error `why`, whatever the script does (pcall, coroutines). Inside.
  [[noreturn]] void end_call(lua_State* lua, std::string why);

  /// Compiles Lua text (bytecode is refused) and pushes it onto `lua` as a function whose globals are the sandbox's.
  /// Messages name it `shown_as`. Outside and inside. The error is "rules/shop.lua:12: what"; nothing is pushed then.
  Result<void> load(lua_State* lua, std::string_view source, const std::string& shown_as);

  // --- What Lua sees. Call these inside (they allocate).
  // ------------------------------------------------------------------

  /// Takes the value on top of the stack and makes it the global `name`. A table should be frozen first (frozen.h).
  void set_global(lua_State* lua, const char* name);
  void set_global(lua_State* lua, const char* name, Binding function);
  /// From now on the assignment `name = value` calls `function` with the value, instead of being an error.
  void on_assign(lua_State* lua, const char* name, Binding function);
  /// Pushes a C++ function as a Lua function.
  static void push(lua_State* lua, Binding function);

  /// Takes the value on top of the stack and keeps it alive under a number. A function or table kept here is frozen by
  /// finish_loading() with all that it can reach.
  int ref(lua_State* lua);
  void unref(lua_State* lua, int ref);
  /// Allocates nothing: may be called outside, too.
  static void push_ref(lua_State* lua, int ref);

  // --- Loading, then serving.
  // ---------------------------------------------------------------------------------------------

  /// `require`, `data`, `files` and the like work while this is true.
  bool loading() const { return loading_; }
  /// Throws ScriptError unless loading: `data works only while files load, not while a request is served`.
  void require_loading(std::string_view function) const;
  /// Ends the loading phase: every table that a kept function or table can reach, also through local variables that it
  /// uses, becomes read-only (numbers and strings in such variables stay writable: Lua has no way to forbid that);
  /// garbage is collected; the JIT goes on if it was asked for.
  Result<void> finish_loading();

  // --- Help for messages.
  // -------------------------------------------------------------------------------------------------

  /// Where the Lua function `level` calls up stands (1: the caller of the binding). Empty where that is no Lua
  /// function.
  Place place(lua_State* lua, int level) const;
  /// As place(), of the first Lua function from `level` on up.
  Place nearest_place(lua_State* lua, int level) const;
  /// What is at `index`: `a string ("x")`, `a number (5)`, `a table`, `a function`, `nothing`. Never allocates in Lua.
  static std::string describe(lua_State* lua, int index);

  /// What scripts see as globals, in no order. Inside.
  std::vector<std::string> global_names(lua_State* lua) const;

  std::size_t memory_used() const;
  /// What scripts keep leaves so little of the memory that calls would do little else than collect garbage. Found out
  /// when a call of a loaded state ends for want of memory; from then on, for limits.rest_when_full, every call ends
  /// before it begins. The first one behind it may try again. The log tells it once.
  bool is_full() const { return full_ && std::chrono::steady_clock::now() < full_until_; }
  /// Throws where the running call has passed its CPU limit: for long loops in C++, where Lua's own check does not
  /// come.
  void check_time(lua_State* lua);

  /// Runs `function` and turns what it throws into a Lua error; binding<> is the way to use it.
  /// An error where calls nest so deeply, through coroutines or C functions that call back, that the thread's own
  /// stack might overflow, which would end the process.
  static int enter(lua_State* lua, Binding function);

 private:
  friend class Memory;
  friend struct Frozen;
  using Body = void (*)(void* context, lua_State* lua);

  Result<void> run_body(std::chrono::milliseconds cpu_limit, void* context, Body body);
  Error take_error(int status);
  Error error_of_full() const;
  /// After a call that ran out of memory: collects garbage, and returns whether what is left fills the state.
  bool is_filled();
  void build(lua_State* lua);
  void install_environment(lua_State* lua);
  bool stack_is_used_up() const;
  /// Has on_hook() run at the next instruction. Async-signal-safe, on the state's own thread.
  void interrupt();
  void clear_interrupt();
  [[noreturn]] void raise_limit(lua_State* lua, int level);
  [[noreturn]] void end_call_here(lua_State* lua, int level, const std::string& why);
  /// All garbage. Needs no protected call: nothing in it fails.
  void collect(lua_State* lua);
  std::string with_whole_names(std::string message) const;
  bool begins_with_place(std::string_view message) const;
  std::string traceback(lua_State* lua, int level) const;

  static int run_pending(State& state, lua_State* lua);
  static int add_traceback(State& state, lua_State* lua);
  static void on_hook(lua_State* lua, lua_Debug* activation);

  Limits limits_;
  std::unique_ptr<Memory> memory_;
  lua_State* lua_ = nullptr;
  std::unique_ptr<Watchdog::Guard> guard_;
  std::vector<std::string> names_;   // of everything loaded, as shown
  std::vector<int> refs_;            // what ref() keeps
  void* pending_context_ = nullptr;  // the body that run_pending() calls next
  Body pending_body_ = nullptr;
  std::chrono::milliseconds cpu_limit_{0};  // of the running call
  std::string ended_because_;               // the error of a running call that must end; empty while it may go on
  const void* frozen_metatable_ = nullptr;
  int traceback_ref_ = 0;
  int run_ref_ = 0;
  int globals_ref_ = 0;          // what scripts see as globals
  int environment_ref_ = 0;      // the empty table in front of them, every chunk's environment: it cannot be written
  int assignable_ref_ = 0;       // name -> function, for on_assign()
  const char* stack_ = nullptr;  // of the thread, where the running call began
  std::atomic<bool> hooked_{false};
  bool running_ = false;
  bool loading_ = true;
  bool jit_ = false;
  bool ran_out_of_memory_ = false;  // the running call
  bool full_ = false;               // once: the log knows
  std::chrono::steady_clock::time_point full_until_;
};

/// A lua_CFunction made of a C++ function: `lua_pushcfunction(lua, binding<hint_style>)`.
template <State::Binding function>
int binding(lua_State* lua) {
  return State::enter(lua, function);
}

/// "rules/shop.lua:12: what happened\n  traceback" as a problem with its place; `fallback` where the message names
/// none.
Problem problem_from(const Error& error, const Place& fallback);

}  // namespace outrider::script
