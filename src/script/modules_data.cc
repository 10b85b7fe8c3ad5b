// SPDX-License-Identifier: MIT
// What scripts read while they load: data, files.*, json.decode, html.head.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "push/pattern.h"
#include "script/data_formats.h"
#include "script/frozen.h"
#include "script/lua_api.h"
#include "script/modules.h"

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_found = 10'000;
constexpr int most_folders = 32;  // one in the other

std::size_t bytes_argument(lua_State* lua) {
  const lua_Number bytes = lua_type(lua, 2) == LUA_TNUMBER ? lua_tonumber(lua, 2) : 0;
  if (bytes >= 1 && bytes <= SourceLog::largest_data_file && bytes == std::floor(bytes)) {
    return static_cast<std::size_t>(bytes);
  }
  throw ScriptError(fmt::format("files.read: expected how many bytes to read, 1 to {}, found {}",
                                SourceLog::largest_data_file, State::describe(lua, 2)));
}

void push_names(lua_State* lua, const std::vector<std::string>& names) {
  lua_createtable(lua, static_cast<int>(names.size()), 0);
  int i = 0;
  for (const std::string& name : names) {
    push_text(lua, name);
    lua_rawseti(lua, -2, ++i);
  }
  Frozen::wrap_plain_data(lua);
}

}  // namespace

fs::path Modules::find_data(std::string_view function, const std::string& name) {
  std::vector<fs::path> roots = directories_;
  roots.insert(roots.end(), options_.data_roots.begin(), options_.data_roots.end());
  auto file = sources_.find_below(roots, name);
  if (!file) fail(function, name, file.error().message);
  return *file;
}

SourceLog::Text Modules::content(std::string_view function, const std::string& name, const fs::path& file) {
  auto text = sources_.read(file, SourceLog::largest_data_file);
  if (!text) fail(function, name, fmt::format("{} {}", shown(file), text.error().message));
  return *text;
}

int Modules::data(State& state, lua_State* lua) {
  Modules& self = of(state, lua, "data");
  const std::string name = string_argument(lua, 1, "data", "a name");
  const fs::path file = self.find_data("data", name);
  const SourceLog::Text text = self.content("data", name, file);
  if (file.extension() == ".json") {
    push_json(state, lua, *text, self.shown(file));
  } else if (file.extension() == ".csv") {
    push_csv(state, lua, *text, self.shown(file));
  } else {
    push_text(lua, *text);
  }
  return 1;
}

int Modules::read_file(State& state, lua_State* lua) {
  Modules& self = of(state, lua, "files.read");
  const std::string name = string_argument(lua, 1, "files.read", "a name");
  const fs::path file = self.find_data("files.read", name);
  if (lua_isnoneornil(lua, 2)) {
    push_text(lua, *self.content("files.read", name, file));
    return 1;
  }
  const auto head = self.sources_.read_head(file, bytes_argument(lua));
  if (!head) fail("files.read", name, fmt::format("{} {}", self.shown(file), head.error().message));
  push_text(lua, **head);
  return 1;
}

int Modules::list_files(State& state, lua_State* lua) {
  Modules& self = of(state, lua, "files.list");
  const std::string name = string_argument(lua, 1, "files.list", "a name");
  const fs::path directory = self.find_data("files.list", name);
  const auto names = self.sources_.list(directory);
  if (!names) fail("files.list", name, fmt::format("{} {}", self.shown(directory), names.error().message));
  push_names(lua, **names);
  return 1;
}

/// One run of files.find.
struct Modules::Search {
  State& state;
  lua_State* lua;
  std::string name;  // of the directory, as the script has it
  std::string glob;
  std::vector<std::string> found;
  int depth = 0;
};

void Modules::search(Search& search, const fs::path& directory, const std::string& relative) {
  search.state.check_time(search.lua);
  if (++search.depth > most_folders) {
    fail("files.find", search.name, fmt::format("{} is more than {} folders deep", shown(directory), most_folders));
  }
  const auto names = sources_.list(directory);
  if (!names) fail("files.find", search.name, fmt::format("{} {}", shown(directory), names.error().message));
  for (const std::string& entry : **names) {
    if (entry.front() == '.') continue;
    if (entry.back() == '/') {
      const fs::path folder = directory / entry.substr(0, entry.size() - 1);
      if (sources_.real_path(folder) == folder) this->search(search, folder, relative + entry);
    } else if (push::glob_matches(search.glob, entry)) {
      search.found.push_back(relative + entry);
    }
  }
  if (search.found.size() > most_found) {
    fail("files.find", search.name,
         fmt::format("more than {} files match \"{}\"; name a smaller directory", most_found, search.glob));
  }
  --search.depth;
}

int Modules::find_files(State& state, lua_State* lua) {
  Modules& self = of(state, lua, "files.find");
  const std::string name = string_argument(lua, 1, "files.find", "a directory");
  Search search{state, lua, name, string_argument(lua, 2, "files.find", "a glob as in \"*.html\""), {}};
  self.search(search, self.find_data("files.find", name), "");
  std::sort(search.found.begin(), search.found.end());
  push_names(lua, search.found);
  return 1;
}

int Modules::decode_json(State& state, lua_State* lua) {
  state.require_loading("json.decode");
  push_json(state, lua, string_argument(lua, 1, "json.decode", "JSON text"), "json.decode");
  return 1;
}

int Modules::html_head(State& state, lua_State* lua) {
  state.require_loading("html.head");
  const std::string text = string_argument(lua, 1, "html.head", "HTML");
  const std::string path = lua_isnoneornil(lua, 2) ? "/" : string_argument(lua, 2, "html.head", "the page's path");
  if (!path.starts_with('/')) throw ScriptError("html.head: expected a path as in \"/docs/\", found \"" + path + "\"");
  const bool whole = push_html_head(state, lua, text, path);
  lua_pushboolean(lua, whole ? 1 : 0);
  return 2;
}

}  // namespace outrider::script
