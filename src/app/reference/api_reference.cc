// SPDX-License-Identifier: MIT
#include "app/reference/api_reference.h"

#include <fmt/format.h>

#include <string>

#include "push/reason.h"
#include "push/sample_clients.h"
#include "script/api.h"
#include "script/lua_names.h"

namespace outrider::app {
namespace {

using script::ApiEntry;
using script::ApiTable;

/// Longer ones stand in a line of their own.
constexpr std::size_t longest_term = 66;

/// How it is called where it is a function, "data(file: string): any"; else its name.
std::string call_of(const ApiEntry& entry) {
  const std::string call = fmt::format("{}{}", entry.name, entry.type.substr(entry.type.starts_with("fun(") ? 3 : 0));
  return entry.type.starts_with("fun(") && call.size() <= longest_term ? call : std::string(entry.name);
}

std::string sentence_behind(std::string_view word, std::string_view text) {
  return text.empty() ? std::string() : fmt::format("{}: {}{}", word, text, text.ends_with('.') ? "" : ".");
}

void write_entry(ManPage& page, const ApiTable& table, const ApiEntry& entry) {
  const std::string call = call_of(entry);
  const bool is_function = entry.type.starts_with("fun(");
  const std::string type(entry.type);
  const bool fits = call.size() + type.size() + 2 <= longest_term;
  page.term(call, is_function || !fits ? "" : type);
  if ((is_function && call == entry.name) || (!is_function && !fits)) {
    page.line("`" + type + "`");
    page.line_break();
  }
  page.line(entry.sentence);
  if (when_of(table, entry) != table.when) page.line(fmt::format("Works {}.", sentence_of(entry.when)));
  if (!entry.fallback.empty()) page.line(fmt::format("Default: `{}`.", entry.fallback));
  page.line(sentence_behind("Unit", entry.unit));
  page.line(sentence_behind("Refused", entry.errors));
  if (!entry.example.empty()) page.example(entry.example);
}

}  // namespace

bool write_api(ManPage& page, std::string_view name) {
  bool found = false;
  for (const ApiTable* table : script::api_tables()) {
    if ((table->type.empty() ? table->owner : table->type) != name) continue;
    page.paragraph();
    page.line(table->sentence);
    for (const ApiEntry& entry : table->entries) write_entry(page, *table, entry);
    found = true;
  }
  return found;
}

void write_lua_library(ManPage& page) {
  for (const script::LuaLibrary& library : script::lua_libraries()) {
    if (library.name.empty()) {
      page.prose_term("functions");
    } else {
      page.term(library.name);
    }
    std::string names;
    for (const auto& list : {library.kept, library.ours}) {
      for (const char* name : list) names += fmt::format("{}`{}`", names.empty() ? "" : " ", name);
    }
    page.line(names);
  }
}

void write_reasons(ManPage& page) {
  for (const push::ReasonText& reason : push::reasons()) {
    page.term(reason.name);
    page.line(reason.sentence);
  }
}

void write_sample_clients(ManPage& page) {
  for (const push::SampleClient& client : push::sample_clients()) {
    page.term(client.name);
    page.line(client.version == 0 ? std::string(client.sentence)
                                  : fmt::format("{}; version {} where none is named", client.sentence, client.version));
  }
}

}  // namespace outrider::app
