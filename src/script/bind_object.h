// SPDX-License-Identifier: MIT
// Objects with named, read-only fields that functions of rules get: `req`, `req.client`, `req.tls`, `res`. There is one
// of each in a state; it is pointed at the request for the length of a call and disarmed after it, which saves an
// allocation per request. Worker's thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "push/request.h"
#include "push/rule_set.h"
#include "script/api.h"
#include "script/state.h"

struct lua_State;

namespace outrider::script {

/// What the objects of a state show. No request: they are disarmed.
class HintBoxes;

struct CallContext {
  const push::Match* match = nullptr;
  const push::Request* request = nullptr;
  const push::Response* response = nullptr;
  const HintBoxes* boxes = nullptr;  // of the state
  /// Counts calls, so that what outlives one (an iterator) can tell.
  std::uint64_t serial = 0;
};

/// Pushes the value of one field.
using Getter = void (*)(lua_State* L, const CallContext& context);

struct Field {
  const char* name;
  Getter get;
};

/// Pushes an object with these fields; whoever reads one notes what the API's table says it looks at. The objects and
/// functions on top of the stack, as many as `constant_names`, become constant fields of those names and are popped.
/// `context` must live as long as the state. Unknown fields are errors with a suggestion from the API's `section`.
/// Raises a Lua error if memory ends.
void push_object(lua_State* L, const CallContext& context, ApiSection section, std::span<const Field> fields,
                 std::span<const char* const> constant_names);

/// Pushes `function` with the context as its first upvalue.
void push_with_context(lua_State* L, const CallContext& context, State::Binding function);
/// The same for the field `name` of the API's `section`: each call notes what the table says it looks at. The call and
/// not the access, because a file may keep the function.
void push_method(lua_State* L, const CallContext& context, ApiSection section, const char* name,
                 State::Binding function);
/// What the API's table says that the field looks at.
const Looks& looks_of(ApiSection section, std::string_view name);
/// The context of the running function, which one of the above made. Throws ScriptError where the request has ended.
const CallContext& running_context(lua_State* L);

/// Pushes a string, or nil for an empty one.
void push_string_or_nil(lua_State* L, std::string_view text);

/// The index of the first argument behind `self`, so that both `req.bucket("x")` and `req:bucket("x")` work.
int first_argument(lua_State* L);

}  // namespace outrider::script
