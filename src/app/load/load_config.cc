// SPDX-License-Identifier: MIT
#include "app/load/load_config.h"

#include <filesystem>

#include "app/command/command_line.h"
#include "config/read.h"
#include "script/config_file.h"

namespace outrider::app {
namespace {

/// Who forgot -c beside a configuration of their own.
void look_nearby(const std::string& file) {
  std::error_code error;
  if (file != default_config || std::filesystem::exists(file, error) || !std::filesystem::exists("config.lua", error)) {
    return;
  }
  throw LoadError({file, 0}, "does not exist; did you mean -c config.lua?");
}

/// What `read` makes of the configuration alone, without the files that it names.
template <class T>
T load_one(const std::string& file, T (*read)(const Value&, const std::filesystem::path&, const config::Sources&)) {
  const std::filesystem::path path = std::filesystem::absolute(file).lexically_normal();
  script::SourceLog sources;
  config::Sources access;
  access.serves = false;
  return read(script::load_config_file(path, file, sources, false), path.parent_path(), access);
}

}  // namespace

config::Config load_config(const std::string& file, script::SourceLog& sources, bool serves,
                           std::set<std::filesystem::path>* missed) {
  namespace fs = std::filesystem;
  if (!sources.replays()) look_nearby(file);
  const fs::path path = fs::absolute(file).lexically_normal();
  const fs::path folder = path.parent_path();
  const fs::path shown_folder = fs::path(file).parent_path();
  config::Sources access;
  access.serves = serves;
  access.replayed = sources.replays();
  access.missed = [&, missed](const fs::path& missing) {
    sources.real_path(missing);
    if (missed != nullptr) missed->insert(missing);
  };
  access.glob = [&](const std::string& pattern) { return sources.glob(pattern); };
  access.load = [&](const fs::path& included) {
    const fs::path relative = included.lexically_relative(folder);
    const bool below = !relative.empty() && *relative.begin() != "..";
    return script::load_config_file(included, (below ? shown_folder / relative : included).string(), sources, serves);
  };
  return config::read(script::load_config_file(path, file, sources, serves), folder, access);
}

config::Admin load_admin(const std::string& file) {
  return load_one<config::Admin>(file, config::read_admin);
}

std::string load_user(const std::string& file) {
  return load_one<std::string>(file, config::read_user);
}

}  // namespace outrider::app
