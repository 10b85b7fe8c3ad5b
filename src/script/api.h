// SPDX-License-Identifier: MIT
// The Lua API as data: every rule key, condition, hint kind, hint option, global, field of `req` and `res`, and what
// test files have besides, with its type, its default and a sentence. The readers take their "did you mean" lists from
// here, the tests compare the bindings with it, and manual pages and editor annotations are written from it. Immutable;
// any thread may read it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace outrider::push {
class Reads;
}

namespace outrider::script {

/// What a function of a rule has looked at once it asked for a field of `req`, as push::Reads has it.
struct Looks {
  enum class At : std::uint8_t {
    not_said,      // no row of req may have this
    nothing,       // the same for everybody who asks for this URL
    fields,        // the request fields below
    named_fields,  // request fields that are named when it is used (req.headers)
    personal,      // the visitor, and perhaps the request fields below
    inside,        // it is a table whose own rows say it
  };
  At at = At::not_said;
  std::array<std::string_view, 5> fields{};  // in lower case, empty ones last

  /// Adds it, named fields excepted.
  void note(push::Reads& reads) const;
};

/// One name that a rule file may write.
struct ApiEntry {
  std::string_view name;
  std::string_view type;      // "string|string[]", "boolean", "fun(name: string): number", …
  std::string_view fallback;  // what holds where it is left out, as Lua writes it; empty where nothing does
  std::string_view sentence;  // for a person; units and limits included
  Looks looks{};              // of req, req.client, req.tls and res: what reading it looks at
};

/// The tables of the API, each in the order in which a manual lists them.
enum class ApiSection {
  rule,           // keys of rule { … }
  condition,      // keys of when = { … }
  hint_kind,      // style "/app.css"
  hint_option,    // style("/app.css", { … })
  global,         // names that rule files see besides Lua's own
  request,        // req
  client,         // req.client
  tls,            // req.tls
  fields,         // methods of req.headers, req.cookies, req.query, res.headers
  response,       // res
  test,           // names that test files ("*.test.lua") see besides; they have no `rule` and no `now`
  test_request,   // keys of request{ … }
  test_client,    // keys of client = { … } in it
  test_response,  // keys of response = { … } in it
  test_asset,     // keys of assets = { ["/app.css"] = { … } } in it
  check,          // expect(request{ … }).hints{ … }
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
