// SPDX-License-Identifier: MIT
// Finding and running the modules that scripts ask for while they load; what else they read is in modules_data.cc.
// Every path is compared by its real name, so that no symbolic link leads out of the directories that may be read.
#include "script/modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "script/frozen.h"
#include "script/lua_api.h"

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

const char modules_key = 0;  // its address is the key of the Modules in the registry

bool is_module_name(std::string_view name) {
  if (name.empty() || name.front() == '.' || name.back() == '.' || name.find("..") != std::string_view::npos)
    return false;
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; });
}

/// Leaves a trail while a module's file runs, also when that ends with an error.
template <class Trail>
class Step {
 public:
  Step(Trail& trail, typename Trail::value_type step) : trail_(trail) { trail_.push_back(std::move(step)); }
  ~Step() { trail_.pop_back(); }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  Trail& trail_;
};

}  // namespace

Modules::Modules(State& state, SourceLog& sources, Options options)
    : state_(state), sources_(sources), options_(std::move(options)) {
  const auto result = state.run(std::chrono::milliseconds(0), [this](lua_State* lua) {
    lua_pushlightuserdata(lua, const_cast<char*>(&modules_key));
    lua_pushlightuserdata(lua, this);
    lua_rawset(lua, LUA_REGISTRYINDEX);
    const auto add_library = [&](const char* name,
                                 std::initializer_list<std::pair<const char*, State::Binding>> functions) {
      lua_newtable(lua);
      for (const auto& [function_name, function] : functions) {
        State::push(lua, function);
        lua_setfield(lua, -2, function_name);
      }
      Frozen::freeze(lua, -1);
      state_.set_global(lua, name);
    };
    state_.set_global(lua, "require", require);
    state_.set_global(lua, "data", data);
    add_library("files", {{"read", read_file}, {"list", list_files}, {"find", find_files}});
    add_library("json", {{"decode", decode_json}});
    add_library("html", {{"head", html_head}});
  });
  if (!result) throw LoadError({}, result.error().message);
}

Modules::~Modules() {
  lua_pushlightuserdata(state_.lua(), const_cast<char*>(&modules_key));
  lua_pushnil(state_.lua());
  lua_rawset(state_.lua(), LUA_REGISTRYINDEX);  // the key is there: nothing is allocated
}

void Modules::fail(std::string_view function, const std::string& name, const std::string& what) {
  throw ScriptError(fmt::format("{} \"{}\": {}", function, name, what));
}

std::string Modules::string_argument(lua_State* lua, int index, std::string_view function, std::string_view what) {
  if (lua_type(lua, index) != LUA_TSTRING) {
    throw ScriptError(fmt::format("{}: expected {} (a string), found {}", function, what, State::describe(lua, index)));
  }
  return std::string(text_at(lua, index));
}

Modules& Modules::of(State& state, lua_State* lua, std::string_view function) {
  state.require_loading(function);
  lua_pushlightuserdata(lua, const_cast<char*>(&modules_key));
  lua_rawget(lua, LUA_REGISTRYINDEX);
  auto* modules = static_cast<Modules*>(lua_touserdata(lua, -1));
  lua_pop(lua, 1);
  if (modules == nullptr) throw ScriptError(fmt::format("{} works only while files load", function));
  return *modules;
}

int Modules::require(State& state, lua_State* lua) {
  Modules& self = of(state, lua, "require");
  const std::string name = string_argument(lua, 1, "require", "a name");
  const Place here = state.nearest_place(lua, 1);
  const fs::path file = self.find_module(name, self.loading_.empty() ? here.file : std::string());
  for (const auto& [known, ref] : self.loaded_) {
    if (known != file) continue;
    State::push_ref(lua, ref);
    return 1;
  }
  for (const Loading& loading : self.loading_) {
    if (loading.file != file) continue;
    fail("require", name,
         fmt::format("a circle: {} is still loading, required at {}", self.shown(file), loading.required_at.text()));
  }
  const auto text = self.sources_.read(file, SourceLog::largest_lua_file);
  if (!text) fail("require", name, fmt::format("{} {}", self.shown(file), text.error().message));
  if (const auto loaded = state.load(lua, **text, self.shown(file)); !loaded)
    throw ScriptError(loaded.error().message, 0);
  {
    const Step step(self.loading_, Loading{file, here});
    lua_call(lua, 0, 1);
  }
  if (lua_isnil(lua, -1)) {
    fail("require", name,
         fmt::format("{} returns nothing; end it with \"return\" and a table or function", self.shown(file)));
  }
  Frozen::freeze(lua, -1);
  lua_pushvalue(lua, -1);
  self.loaded_.emplace_back(file, state.ref(lua));
  return 1;
}

fs::path Modules::find_module(const std::string& name, const std::string& rule_file) {
  if (!is_module_name(name)) {
    fail("require", name, "expected a module's name: letters, digits, \"_\" and \"-\", with dots for folders");
  }
  std::string relative = name;
  std::replace(relative.begin(), relative.end(), '.', '/');
  std::vector<fs::path> candidates;
  const auto add = [&](const fs::path& directory) {
    candidates.push_back(directory / (relative + ".lua"));
    candidates.push_back(directory / relative / "init.lua");
  };
  for (const fs::path& directory : directories_) {
    add(directory);
    add(directory / "lib");
  }
  if (!options_.shipped.empty()) add(options_.shipped);
  std::vector<fs::path> roots = directories_;
  if (!options_.shipped.empty()) roots.push_back(options_.shipped);
  std::string tried;
  for (const fs::path& candidate : candidates) {
    if (shown(candidate) == rule_file) continue;
    if (sources_.real_path(candidate)) {
      auto real = sources_.find_below(roots, candidate.string());
      if (real) return *real;
      fail("require", name, fmt::format("{} {}", shown(candidate), real.error().message));
    }
    tried += (tried.empty() ? "" : ", ") + shown(candidate);
  }
  fail("require", name, tried.empty() ? "there is no rule directory" : "found no such module; looked for " + tried);
}

std::string Modules::shown(const fs::path& file) {
  if (options_.shown) return options_.shown(file);
  return shown_path(file, directories_, sources_);
}

std::string shown_path(const fs::path& file, const std::vector<fs::path>& directories, SourceLog& sources) {
  for (const fs::path& directory : directories) {
    const fs::path folder = (directory / "").parent_path().lexically_normal();  // without a slash at the end
    for (const fs::path& root : {folder, sources.real_path(folder).value_or(folder)}) {
      const fs::path relative = file.lexically_relative(root);
      if (!relative.empty() && *relative.begin() != ".." && *relative.begin() != ".") {
        return (folder.filename() / relative).string();
      }
    }
  }
  return file.string();
}

}  // namespace outrider::script
