// SPDX-License-Identifier: MIT
// What a file may do while it loads: `require`, `data`, `files.*`, `json.decode`, `html.head`. Everything that comes in
// this way is noted in the SourceLog, bounded in size, and read-only. Lives as long as the loading does.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "script/sources.h"
#include "script/state.h"

namespace outrider::script {

class Modules {
 public:
  struct Options {
    /// Where `data` and `files` may read besides the rule directories: data_dirs, the sites' roots.
    std::vector<std::filesystem::path> data_roots;
    /// Where `require` looks after the rule directories; empty: nowhere.
    std::filesystem::path shipped;
    /// How messages name a file; by default shown_path() with the rule directories.
    std::function<std::string(const std::filesystem::path& file)> shown;
  };

  /// Defines the globals in `state`. Throws LoadError (no memory). `sources` and `state` must outlive it.
  Modules(State& state, SourceLog& sources, Options options);
  ~Modules();
  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;

  /// The rule directories (absolute) of the files that are loaded from now on: `require "x"` looks for x.lua,
  /// x/init.lua, lib/x.lua and lib/x/init.lua in each.
  void look_in(std::vector<std::filesystem::path> rule_directories) { directories_ = std::move(rule_directories); }

 private:
  static Modules& of(State& state, lua_State* lua, std::string_view function);
  static int require(State& state, lua_State* lua);
  static int data(State& state, lua_State* lua);
  static int read_file(State& state, lua_State* lua);
  static int list_files(State& state, lua_State* lua);
  static int find_files(State& state, lua_State* lua);
  static int decode_json(State& state, lua_State* lua);
  static int html_head(State& state, lua_State* lua);

  [[noreturn]] static void fail(std::string_view function, const std::string& name, const std::string& what);
  static std::string string_argument(lua_State* lua, int index, std::string_view function, std::string_view what);

  /// A file of rules does not find itself: "wordpress.lua" may ask for the module of that name.
  std::filesystem::path find_module(const std::string& name, const std::string& rule_file);
  std::filesystem::path find_data(std::string_view function, const std::string& name);
  SourceLog::Text content(std::string_view function, const std::string& name, const std::filesystem::path& file);
  struct Search;
  void search(Search& search, const std::filesystem::path& directory, const std::string& relative);
  std::string shown(const std::filesystem::path& file);

  struct Loading {
    std::filesystem::path file;
    Place required_at;
  };

  State& state_;
  SourceLog& sources_;
  Options options_;
  std::vector<std::filesystem::path> directories_;
  std::vector<Loading> loading_;                               // modules whose files run, the outermost first
  std::vector<std::pair<std::filesystem::path, int>> loaded_;  // and a ref to what each returned
};

/// How messages name a file below one of these directories: "rules/lib/x.lua" for /etc/outrider/rules/lib/x.lua below
/// /etc/outrider/rules; the whole path for others. `sources` says where the directories really are.
std::string shown_path(const std::filesystem::path& file, const std::vector<std::filesystem::path>& directories,
                       SourceLog& sources);

}  // namespace outrider::script
