// SPDX-License-Identifier: MIT
// The Lua API as data: every name that a rule file, a test file, the configuration or the table of clients may write,
// with its type, default, unit, when it works, what is refused, a sentence and an example. The readers take their "did
// you mean" lists from here, the tests compare the engine with it, and the manual pages, the editor's annotations and
// luacheck's list of names are written from it (app/reference). Immutable; any thread may read it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "push/reads.h"

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
  push::Personal who{};                      // where it is personal

  /// Adds it, named fields excepted.
  void note(push::Reads& reads) const;
};

/// When a name works, or a key counts.
enum class When : std::uint8_t {
  any,
  loading,      // while files load
  serving,      // in a function, while a request is served
  response,     // in a function of the response phase
  tests,        // in test files
  configuring,  // in the configuration and in the table of clients
};

/// "while files load".
std::string_view sentence_of(When when);

/// One name that a file may write.
struct ApiEntry {
  std::string_view name;
  std::string_view type;       // as LuaLS writes it: "string|string[]", "boolean", "fun(name: string): number", …
  std::string_view fallback;   // what holds where it is left out, as Lua writes it; empty where nothing does
  std::string_view sentence;   // for a person, limits included; names of the API in `backquotes`
  Looks looks{};               // of req, req.client, req.tls and res: what reading it looks at
  std::string_view unit{};     // of a number: "bytes", "ms", "s"
  std::string_view errors{};   // what is refused, for a person
  std::string_view example{};  // Lua, as it stands where this name may stand
  When when = When::any;       // any: as its table says
};

/// The tables of the API, each in the order in which a manual lists them.
enum class ApiSection : std::uint8_t {
  rule,           // keys of rule { … }
  condition,      // keys of when = { … }
  hint_kind,      // style "/app.css"
  hint_option,    // style("/app.css", { … })
  global,         // names that rule files see besides Lua's own
  files,          // files.read, files.list
  json,           // json.decode
  html,           // html.head
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
  config,         // names that the configuration sees besides Lua's own
  client_row,     // a row of the table of clients
};

/// One of them.
struct ApiTable {
  ApiSection section;
  std::string_view owner;     // how messages write it: "rule", "when", "req.client" …
  std::string_view type;      // the name of its type in `ApiEntry::type`; empty where its entries are globals
  std::string_view sentence;  // what it is, for a person
  When when;
  std::span<const ApiEntry> entries;
};

/// All tables, in the order of ApiSection.
std::span<const ApiTable* const> api_tables();
const ApiTable& api_table(ApiSection section);

/// All entries of a section.
std::span<const ApiEntry> api(ApiSection section);

/// The entry of that name, or nullptr.
const ApiEntry* api_entry(ApiSection section, std::string_view name);

/// The names of a section, for suggestions.
std::vector<std::string_view> api_names(ApiSection section);

/// How messages write a section's owner: "rule", "when", "req.client" …
std::string_view owner_of(ApiSection section);

/// When this entry of the table works.
When when_of(const ApiTable& table, const ApiEntry& entry);

// The tables themselves, by file.
extern const ApiTable rule_table, condition_table, hint_kind_table, hint_option_table;  // api_rule.cc
extern const ApiTable global_table, files_table, json_table, html_table, config_table,
    client_row_table;                                                                          // api_files.cc
extern const ApiTable request_table, client_table, tls_table, fields_table, response_table;    // api_request.cc
extern const ApiTable test_table, test_request_table, test_client_table, test_response_table,  // api_test.cc
    test_asset_table, check_table;

}  // namespace outrider::script
