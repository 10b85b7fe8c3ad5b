// SPDX-License-Identifier: MIT
// JSON, CSV and the head of HTML into Lua values. Tables come out read-only. Those with a `name` throw ScriptError,
// whose message begins with it and the line. Inside a protected call.
#pragma once

#include <string>
#include <string_view>

struct lua_State;

namespace outrider::script {

class State;

/// Pushes what the JSON text says (RFC 8259). null is nil in an object and false in an array (which keeps the places of
/// the others); of a repeated key the last counts; at most 100 levels.
void push_json(State& state, lua_State* lua, std::string_view text, const std::string& name);

/// Pushes a list with one table for each record (RFC 4180), whose keys are the names in the first line.
void push_csv(State& state, lua_State* lua, std::string_view text, const std::string& name);

/// Pushes a list with a table for each <link> and <script src> in the head of an HTML page, in their order: its
/// attributes by name, each a string, with `tag`, "link" or "script", and with `href` or `src` as a hint has its URL:
/// resolved against the page's `path` and the <base> before it, without the fragment. Left out are those that name
/// nothing of http (data:, no address at all; but a link with imagesrcset and an import map stay) or have bytes that
/// are no UTF-8, and what stands in <noscript> and <template>. Looked at is what cut_html_head() leaves. Nothing is
/// wrong with any text. Returns whether the head is whole: more of the page would add nothing.
bool push_html_head(State& state, lua_State* lua, std::string_view page, const std::string& path);

}  // namespace outrider::script
