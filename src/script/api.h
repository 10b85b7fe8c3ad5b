// SPDX-License-Identifier: MIT
// The Lua API as data: every rule key, condition, hint kind, hint option, global, field of `req` and `res`, and what
// test files have besides, with its type, its default and a sentence. The readers take their "did you mean" lists from
// here, the tests compare the bindings with it, and manual pages and editor annotations are written from it. Immutable;
// any thread may read it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace outrider::script {

/// One name that a rule file may write.
struct ApiEntry {
  std::string_view name;
  std::string_view type;      // "string|string[]", "boolean", "fun(name: string): number", …
  std::string_view fallback;  // what holds where it is left out, as Lua writes it; empty where nothing does
  std::string_view sentence;  // for a person; units and limits included
};

/// The tables of the API, each in the order in which a manual lists them.
enum class ApiSection {
  rule,          // keys of rule { … }
  condition,     // keys of when = { … }
  hint_kind,     // style "/app.css"
  hint_option,   // style("/app.css", { … })
  global,        // names that rule files see besides Lua's own
  request,       // req
  client,        // req.client
  tls,           // req.tls
  fields,        // methods of req.headers, req.cookies, req.query, res.headers
  response,      // res
  test,          // names that test files ("*.test.lua") see besides; they have no `rule` and no `now`
  test_request,  // keys of request{ … }
  test_client,   // keys of client = { … } in it
  check,         // expect(request{ … }).hints{ … }
};

/// All entries of a section.
std::span<const ApiEntry> api(ApiSection section);

/// The entry of that name, or nullptr.
const ApiEntry* api_entry(ApiSection section, std::string_view name);

/// The names of a section, for suggestions.
std::vector<std::string_view> api_names(ApiSection section);

/// How messages write a section's owner: "rule", "when", "req.client" …
std::string_view owner_of(ApiSection section);

}  // namespace outrider::script
