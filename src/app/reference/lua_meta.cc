// SPDX-License-Identifier: MIT
#include "app/reference/lua_meta.h"

#include <fmt/format.h>

#include <cctype>
#include <string_view>
#include <vector>

#include "script/api.h"

namespace outrider::app {
namespace {

using script::ApiEntry;
using script::ApiTable;

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Classes belong to a name of ours, because an editor has one list for all programs: "Hint" is "outrider.Hint".
std::string qualified(std::string_view type) {
  std::string result;
  bool quoted = false;
  char before = ' ';
  for (const char c : type) {
    if (c == '"') quoted = !quoted;
    const bool begins = !quoted && !is_name(before) && std::isupper(static_cast<unsigned char>(c)) != 0;
    if (begins) result += "outrider.";
    result += before = c;
  }
  return result;
}

std::string description_of(const ApiTable& table, const ApiEntry& entry) {
  std::string text(entry.sentence);
  if (when_of(table, entry) != table.when) text += fmt::format(" Works {}.", sentence_of(entry.when));
  if (!entry.fallback.empty()) text += fmt::format(" Default: `{}`.", entry.fallback);
  if (!entry.unit.empty()) text += fmt::format(" Unit: {}.", entry.unit);
  if (!entry.errors.empty()) text += fmt::format(" Refused: {}", entry.errors);
  return text;
}

void add_class(std::string& text, const ApiTable& table) {
  text += fmt::format("\n---{}\n---@class outrider.{}\n", table.sentence, table.type);
  for (const ApiEntry& entry : table.entries) {
    // What files write may be left out; what they read is there.
    const bool is_key = table.when != script::When::serving && table.when != script::When::response &&
                        !entry.type.starts_with("fun(self");
    const bool optional = is_key && !entry.type.starts_with("fun(");
    // Lua's own word takes quotes, and an alternative in place of a question mark.
    if (entry.name == "until") {
      text += fmt::format("---{}\n---@field [\"until\"] {}|nil\n", description_of(table, entry), entry.type);
      continue;
    }
    text += fmt::format("---{}\n---@field {}{} {}\n", description_of(table, entry), entry.name, optional ? "?" : "",
                        qualified(entry.type));
  }
  // An URL stands first where options are written in one table with it.
  if (table.type == "HintOptions") text += "---@field [1] string|nil\n";
  if (table.type == "Fields") text += "---@field [string] string|nil\n";
}

/// "fun(name: string, default: any?): Secret" taken apart.
struct Function {
  std::vector<std::pair<std::string, std::string>> parameters;  // names and types
  std::string result;
};

Function parse(std::string_view type) {
  Function function;
  type.remove_prefix(4);  // "fun("
  int depth = 0;
  std::string name, text;
  bool in_type = false;
  std::size_t at = 0;
  for (; at < type.size(); ++at) {
    const char c = type[at];
    const bool outermost = depth == 0;
    if (c == '(' || c == '<') ++depth;
    if (c == ')' || c == '>') --depth;
    if (outermost && (c == ',' || c == ')')) {
      if (!name.empty()) function.parameters.emplace_back(name, text);
      name = text = "";
      in_type = false;
      if (c == ')') break;
    } else if (outermost && c == ':' && !in_type) {
      in_type = true;
    } else if (in_type) {
      if (!text.empty() || c != ' ') text += c;
    } else if (c != ' ') {
      name += c;
    }
  }
  if (type.substr(at).starts_with("): ")) function.result = type.substr(at + 3);
  return function;
}

void add_function(std::string& text, const ApiTable& table, const ApiEntry& entry, std::string_view owner) {
  const Function function = parse(entry.type);
  text += fmt::format("\n---{}\n", description_of(table, entry));
  std::string names;
  for (const auto& [name, type] : function.parameters) {
    const bool optional = type.ends_with('?');
    text += fmt::format("---@param {}{} {}\n", name, optional ? "?" : "",
                        qualified(optional ? type.substr(0, type.size() - 1) : type));
    names += (names.empty() ? "" : ", ") + name;
  }
  if (!function.result.empty()) text += fmt::format("---@return {}\n", qualified(function.result));
  text += fmt::format("function {}{}({}) end\n", owner, entry.name, names);
}

}  // namespace

std::string lua_meta() {
  std::string text =
      "---@meta outrider\n"
      "-- SPDX-License-Identifier: MIT\n"
      "-- Made by `outrider print-reference meta` from the tables that the server itself goes by. Nothing loads this "
      "file:\n"
      "-- it is for editors that understand lua-language-server's annotations.\n"
      "-- luacheck: ignore 111 121 122 131 142 212 (what it defines is the server's own)\n"
      "\n---What a hint's constructor returns; it has no fields.\n---@class outrider.Hint\n"
      "\n---What `request` returns.\n---@class outrider.TestedRequest\n"
      "\n---A text that prints as ***. It can be joined with a string.\n---@class outrider.Secret\n"
      "---@operator concat(string): outrider.Secret\n"
      "---@field is fun(self: outrider.Secret, text: string): boolean\n";
  for (const ApiTable* table : script::api_tables()) {
    const bool is_class = !table->type.empty() && std::isupper(static_cast<unsigned char>(table->type[0])) != 0;
    if (is_class) add_class(text, *table);
  }
  for (const ApiTable* table : script::api_tables()) {
    const bool is_library = !table->type.empty() && std::islower(static_cast<unsigned char>(table->type[0])) != 0;
    if (is_library) text += fmt::format("\n---{}\n{} = {{}}\n", table->sentence, table->type);
    if (!is_library && !table->type.empty()) continue;
    const std::string owner = is_library ? std::string(table->type) + "." : "";
    for (const ApiEntry& entry : table->entries) {
      // An editor knows Lua's own `require`.
      if (entry.type.starts_with("fun(") && entry.name != "require") add_function(text, *table, entry, owner);
    }
  }
  text += "\n---" + std::string(script::api_entry(script::ApiSection::global, "api")->sentence) +
          "\n---@type integer\napi = 1\n";
  return text;
}

}  // namespace outrider::app
