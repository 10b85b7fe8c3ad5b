// SPDX-License-Identifier: MIT
// Fields by name that may repeat: `req.headers`, `req.cookies`, `req.query`, `req.params`, `res.headers`. Views of the
// request in C++; nothing is copied until a rule asks for it. Worker's thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "script/bind_object.h"

namespace outrider::script {

/// One such list, in the order in which the client (or the upstream) sent it. Static.
struct FieldSource {
  using Item = std::pair<std::string_view, std::string_view>;

  const char* shown_as;  // "req.headers"
  ApiSection section;    // with `name`, its row in the API's table, which says what it looks at
  const char* name;
  bool ignores_case;  // names are in lower case, and so are the keys before they are compared
  bool has_methods;   // `all`, `match`, `each`; without them every name is free for a field
  std::size_t (*size)(const CallContext& context);
  Item (*at)(const CallContext& context, std::size_t position);
};

extern const FieldSource request_headers, request_cookies, request_query, request_params, response_headers;

/// Pushes the object for `source`. Raises a Lua error if memory ends.
void push_fields(lua_State* L, const CallContext& context, const FieldSource& source);

/// The methods that there are, for the test that compares them with the API's table.
std::vector<std::string_view> field_method_names();

}  // namespace outrider::script
