// SPDX-License-Identifier: MIT
// luacheck's configuration: without it every name of ours is an unknown global, and `io` is fine.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "app/reference/lua_meta.h"
#include "script/api.h"
#include "script/lua_names.h"

namespace outrider::app {
namespace {

using script::ApiSection;

/// What is in a global that is a library of ours; empty where it is none.
std::string fields_of(std::string_view global) {
  std::string text;
  for (const script::ApiTable* table : script::api_tables()) {
    if (table->type != global) continue;
    for (const script::ApiEntry& entry : table->entries) text += fmt::format(" {} = {{}},", entry.name);
  }
  return text;
}

/// Lua's own names, as every file sees them.
void add_lua(std::string& text) {
  for (const script::LuaLibrary& library : script::lua_libraries()) {
    std::string names;
    for (const auto& list : {library.kept, library.ours}) {
      for (const char* name : list) names += fmt::format(" {} = {{}},", name);
    }
    if (library.name.empty()) {
      text += fmt::format("   {}\n", names);
    } else {
      text += fmt::format("    {} = {{ fields = {{{} }} }},\n", library.name, names);
    }
  }
}

void add_globals(std::string& text, ApiSection section) {
  for (const script::ApiEntry& entry : script::api(section)) {
    if (entry.name == "api") continue;  // which files assign
    const std::string fields = fields_of(entry.name);
    text += fields.empty() ? fmt::format("    {} = {{}},\n", entry.name)
                           : fmt::format("    {} = {{ fields = {{{} }} }},\n", entry.name, fields);
  }
}

}  // namespace

std::string luacheck_config() {
  std::string text =
      "-- SPDX-License-Identifier: MIT\n"
      "-- Made by `outrider print-reference luacheck`: the names that rule files, test files and the configuration "
      "see.\n"
      "-- luacheck --config /usr/share/outrider/rules/meta/luacheckrc rules/ config.lua\n"
      "stds.outrider_lua = {\n  read_globals = {\n";
  add_lua(text);
  text += "  },\n}\nstds.outrider_rules = {\n  globals = { \"api\" },\n  read_globals = {\n";
  add_globals(text, ApiSection::global);
  add_globals(text, ApiSection::hint_kind);
  text += "  },\n}\nstds.outrider_tests = {\n  read_globals = {\n";
  add_globals(text, ApiSection::test);
  text += "  },\n}\nstds.outrider_config = {\n  read_globals = {\n";
  add_globals(text, ApiSection::config);
  text +=
      "  },\n}\n"
      "std = \"outrider_lua+outrider_rules\"\n"
      "files[\"**/*.test.lua\"] = { std = \"+outrider_tests\" }\n"
      "files[\"**/test.lua\"] = { std = \"+outrider_tests\" }\n"
      "files[\"**/config.lua\"] = { std = \"outrider_lua+outrider_config\" }\n"
      "files[\"**/sites.d/*.lua\"] = { std = \"outrider_lua+outrider_config\" }\n"
      "unused_args = false\n"
      "max_line_length = false\n";
  return text;
}

}  // namespace outrider::app
