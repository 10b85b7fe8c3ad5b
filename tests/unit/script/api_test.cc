// SPDX-License-Identifier: MIT
// The API's tables against the engine: what each kind of file really sees, and that every example is true.
#include "script/api.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "base/text.h"
#include "script/bind_fields.h"
#include "script/clients_file.h"
#include "script/config_file.h"
#include "script/function_host.h"
#include "script/lua_names.h"
#include "script/rule_files.h"
#include "script/rule_loader.h"
#include "script/secrets.h"
#include "script/table_file.h"
#include "script/test_file.h"
#include "unit/script/rules_world.h"
#include "unit/script/script_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

using Names = std::set<std::string>;

Names of(State& state) {
  Names names;
  const auto ran = state.run(std::chrono::milliseconds::zero(), [&](lua_State* lua) {
    for (std::string& name : state.global_names(lua)) names.insert(std::move(name));
  });
  REQUIRE(ran);
  return names;
}

void add(Names& names, ApiSection section) {
  for (const std::string_view name : api_names(section)) names.emplace(name);
}

/// What every file sees.
Names lua_names() {
  Names names;
  for (const LuaLibrary& library : lua_libraries()) {
    if (!library.name.empty()) {
      names.emplace(library.name);
      continue;
    }
    names.insert(library.kept.begin(), library.kept.end());
    names.insert(library.ours.begin(), library.ours.end());
  }
  return names;
}

Names rule_file_names() {
  Names names = lua_names();
  add(names, ApiSection::global);
  add(names, ApiSection::hint_kind);
  names.erase("api");  // which is assigned, and read by nobody
  return names;
}

/// The names in a table that scripts see.
Names inside(ScriptWorld& world, const std::string& table) {
  const std::string text =
      world.text("local names = '' for name in pairs(" + table + ") do names = names .. name .. ' ' end return names");
  Names names;
  for (const std::string_view name : split(text, ' ')) names.emplace(name);
  return names;
}

/// A rule file or a test file in which the entry's example stands where it belongs.
struct Placed {
  std::string rules;
  std::string test;
};

Placed placed(ApiSection section, const ApiEntry& entry) {
  const std::string example(entry.example);
  const std::string rule = "rule { path = { '/product/{id}', '/{id}' }, ";
  const auto body = [&](const std::string& arguments, const std::string& phase) {
    return rule + phase + "hints = function(" + arguments + ")\n" + example + "\nend }";
  };
  const auto asked = [](const std::string& keys) { return "expect(request{ " + keys + " }).hints{}"; };
  switch (section) {
    case ApiSection::rule:
      if (entry.name == "hints") return {"rule { " + example + " }", ""};
      return {"rule { " + example + ", hints = { '/a.css' } }", ""};
    case ApiSection::condition:
      return {rule + "when = { " + example + " }, hints = { '/a.css' } }", ""};
    case ApiSection::hint_kind:
      return {rule + "hints = { " + example + " } }", ""};
    case ApiSection::hint_option:
      return {rule + "hints = { image('/a.avif', { " + example + " }) } }", ""};
    case ApiSection::global:
    case ApiSection::files:
    case ApiSection::json:
    case ApiSection::html:
      return {example, ""};
    case ApiSection::request:
    case ApiSection::client:
    case ApiSection::tls:
    case ApiSection::fields:
      return {body("req", ""), ""};
    case ApiSection::response:
      return {body("req, res", "phase = 'response', "), ""};
    case ApiSection::test:
      return {"", example};
    case ApiSection::test_request:
      return {"", asked(example)};
    case ApiSection::test_client:
      return {"", asked("client = { " + example + " }")};
    case ApiSection::test_response:
      return {"", asked("response = { " + example + " }")};
    case ApiSection::test_asset:
      return {"", asked("assets = { ['/a.css'] = { " + example + " } }")};
    case ApiSection::check:
      return {"rule { path = '/', hints = { style '/css/app.css' } }",
              "expect(request{ client = '" + std::string(entry.name == "nothing_because" ? "http1" : "chromium") +
                  "' })" + example};
    case ApiSection::config:
    case ApiSection::client_row:
      break;
  }
  return {};
}

/// A type as LuaLS reads it: alternatives of names, literals, lists, tables and functions, each of which may be nil.
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : rest_(text) {}
  bool reads_all() { return alternatives() && rest_.empty(); }

 private:
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::string word() {
    std::string name;
    while (!rest_.empty() && (std::isalnum(static_cast<unsigned char>(rest_[0])) != 0 || rest_[0] == '_')) {
      name += rest_[0];
      rest_.remove_prefix(1);
    }
    return name;
  }
  bool alternatives() {
    do {
      if (!single()) return false;
      while (take("[]")) {
      }
      take("?");
    } while (take("|"));
    return true;
  }
  bool single() {
    if (take("\"")) {
      const auto end = rest_.find('"');
      if (end == rest_.npos) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    if (take("fun(")) return function();
    if (take("(")) return alternatives() && take(")");
    const std::string name = word();
    if (name == "table") return !take("<") || (alternatives() && take(", ") && alternatives() && take(">"));
    const Names known{"string", "integer", "number", "boolean",       "any",
                      "nil",    "false",   "Hint",   "TestedRequest", "Secret"};
    if (known.contains(name)) return true;
    const auto tables = api_tables();
    return !name.empty() &&
           std::any_of(tables.begin(), tables.end(), [&](const ApiTable* table) { return table->type == name; });
  }
  bool function() {
    if (!take(")")) {
      do {
        if (word().empty() || !take(": ") || !alternatives()) return false;
      } while (take(", "));
      if (!take(")")) return false;
    }
    if (!take(": ")) return true;
    do {
      if (!alternatives()) return false;
    } while (take(", "));
    return true;
  }

  std::string_view rest_;
};

}  // namespace

TEST_CASE("rule files see what the API lists", "[script][api]") {
  RulesWorld world;
  SourceLog sources;
  RuleState rules(Limits{}, nullptr, false);
  const RuleLoader loader(rules, sources, world.options);
  CHECK(of(rules.state()) == rule_file_names());
}

TEST_CASE("test files see what the API lists", "[script][api]") {
  RulesWorld world;
  SourceLog sources;
  Watchdog watchdog;
  RuleState rules(Limits{}, nullptr, false);
  const push::RuleSet none({});
  const RuleFiles files;
  const RuleFile file{world.root / "rules/a.test.lua", "rules/a.test.lua"};
  const std::vector<std::string> hosts;
  const TestedSite site{world.options.sets[0], files, none, rules, false, hosts};
  TestFile test(site, file, world.options, sources, watchdog, std::chrono::steady_clock::now() + std::chrono::hours(1));
  Names expected = rule_file_names();
  expected.erase("now");
  add(expected, ApiSection::test);
  CHECK(of(test.state()) == expected);
}

TEST_CASE("the configuration sees what the API lists", "[script][api]") {
  Names seen;
  run_table_file("return {}", "config.lua", [&](State& state, lua_State* lua) {
    open_secrets(state, lua, "/", true);
    for (std::string& name : state.global_names(lua)) seen.insert(std::move(name));
  });
  Names expected = lua_names();
  add(expected, ApiSection::config);
  CHECK(seen == expected);
}

TEST_CASE("what is in Lua's libraries is what the manual lists", "[script][api]") {
  ScriptWorld world;
  for (const LuaLibrary& library : lua_libraries()) {
    if (library.name.empty()) continue;
    INFO(library.name);
    Names expected(library.kept.begin(), library.kept.end());
    expected.insert(library.ours.begin(), library.ours.end());
    CHECK(inside(world, std::string(library.name)) == expected);
  }
}

TEST_CASE("what is in our libraries is what the API lists", "[script][api]") {
  ScriptWorld world;
  SourceLog sources;
  const Modules modules(world.state, sources, {});
  for (const ApiTable* table : api_tables()) {
    // Those have a type in lower case, which is the name of the global.
    if (table->type.empty() || std::isupper(static_cast<unsigned char>(table->type[0])) != 0) continue;
    INFO(table->type);
    Names expected;
    add(expected, table->section);
    CHECK(inside(world, std::string(table->type)) == expected);
    CHECK(api_entry(ApiSection::global, table->type) != nullptr);
  }
}

TEST_CASE("fields have the methods that the API lists", "[script][api]") {
  CHECK(field_method_names() == api_names(ApiSection::fields));
}

TEST_CASE("names work when the API says", "[script][api]") {
  for (const ApiSection section : {ApiSection::global, ApiSection::files, ApiSection::json}) {
    const ApiTable& table = api_table(section);
    for (const ApiEntry& entry : table.entries) {
      if (!entry.type.starts_with("fun(")) continue;
      const std::string name =
          (section == ApiSection::global ? "" : std::string(table.type) + ".") + std::string(entry.name);
      INFO(name);
      const bool loading = when_of(table, entry) == When::loading;
      CHECK((loading || when_of(table, entry) == When::serving));
      const std::string call = name + (entry.name == "rule" ? "{ hints = {} }" : "('a')");
      const std::string served = run_body(call, Asked("/").request);
      CHECK((served.find("works only while files load") != served.npos) == loading);
      RulesWorld world;
      const std::string loaded = world.problems_of(call);
      CHECK((loaded.find("works only while a request is served") != loaded.npos) != loading);
    }
  }
}

TEST_CASE("the API's tables are in the order of their sections", "[script][api]") {
  for (std::size_t i = 0; i < api_tables().size(); ++i) {
    const ApiTable& table = *api_tables()[i];
    CHECK(static_cast<std::size_t>(table.section) == i);
    CHECK_FALSE(table.owner.empty());
    CHECK(table.sentence.ends_with('.'));
    CHECK_FALSE(table.entries.empty());
  }
}

TEST_CASE("every entry of the API is written as manual and editors want it", "[script][api]") {
  for (const ApiTable* table : api_tables()) {
    for (const ApiEntry& entry : table->entries) {
      INFO(table->owner << ": " << entry.name);
      CHECK(TypeReader(entry.type).reads_all());
      CHECK(entry.sentence.size() > 5);
      CHECK((entry.sentence.ends_with('.') || entry.sentence.ends_with("…") || entry.sentence.ends_with('"')));
      CHECK((entry.errors.empty() || entry.errors.ends_with('.')));
      CHECK(api_entry(table->section, entry.name) == &entry);
      // In a manual page of 80 columns, behind a term.
      for (const std::string_view line : split(entry.example, '\n')) CHECK(line.size() <= 66);
    }
  }
}

TEST_CASE("every example of the API loads", "[script][api]") {
  for (const ApiTable* table : api_tables()) {
    for (const ApiEntry& entry : table->entries) {
      if (entry.example.empty()) continue;
      const Placed where = placed(table->section, entry);
      if (where.rules.empty() && where.test.empty()) continue;
      RulesWorld world;
      world.options.clients = shipped_clients();
      world.write("rules/landing.json", "{}");
      world.write("rules/lib/shop.lua", "return {}");
      world.write("rules/a.lua", where.rules);
      world.write("rules/a.test.lua", where.test);
      INFO(table->owner << ": " << where.rules << "\n" << where.test);
      CHECK(world.problems() == "");
      if (table->when != When::serving && table->when != When::response) continue;
      const auto loaded = world.load();
      const std::vector<push::Field> fields{{"x-theme", "dark"}};
      const push::Response response{404, fields};
      const bool late = table->when == When::response;
      const auto evaluation = run(loaded, Asked("/product/7").request, late ? &response : nullptr);
      for (const auto& trace : evaluation.traces) CHECK(trace.error == "");
    }
  }
}

TEST_CASE("the examples of the configuration's functions and of the table of clients load", "[script][api]") {
  TemporaryFolder folder;
  folder.write("credentials/tls-key", "secret");
  std::filesystem::permissions(folder.path / "credentials/tls-key", std::filesystem::perms::owner_read);
  for (const ApiEntry& entry : api(ApiSection::config)) {
    folder.write("config.lua", std::string(entry.example) + "\nreturn {}");
    SourceLog sources;
    CHECK_NOTHROW(load_config_file(folder.path / "config.lua", "config.lua", sources));
  }
  std::string row;
  for (const ApiEntry& entry : api(ApiSection::client_row)) row += std::string(entry.example) + ", ";
  folder.write("clients.lua", "return { { " + row + "} }");
  SourceLog sources;
  CHECK_NOTHROW(load_clients_file(folder.path / "clients.lua", "clients.lua", sources));
}
