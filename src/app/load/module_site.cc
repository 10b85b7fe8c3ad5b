// SPDX-License-Identifier: MIT
#include "app/load/module_site.h"

#include <fmt/format.h>

#include <system_error>

#include "app/load/problems.h"
#include "script/glob.h"

namespace outrider::app {
namespace {

namespace fs = std::filesystem;

void require_files(const std::string& typed, const fs::path& folder) {
  Problems problems;
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    problems.add({}, fmt::format("{}: expected the folder of a module, found {}", typed,
                                 fs::exists(folder, ignored) ? "something else" : "nothing"));
    problems.throw_if_any();
  }
  constexpr std::pair<const char*, const char*> files[] = {
      {"init.lua", "the module"}, {"example.lua", "the rules that are tested"}, {"test.lua", "their test"}};
  for (const auto& [name, what] : files) {
    if (!fs::is_regular_file(folder / name, ignored)) {
      problems.add({(fs::path(typed) / name).string(), 0}, fmt::format("there is no such file; it is {}", what));
    }
  }
  problems.throw_if_any();
}

}  // namespace

config::Config module_site(const std::string& folder) {
  std::error_code ignored;
  const fs::path path = (fs::absolute(folder, ignored) / "").lexically_normal().parent_path();
  require_files(folder, path);
  config::Config config;
  config.folder = path;
  config::Site site;
  site.name = "*";
  site.rules = {script::escaped_glob(path / "example.lua")};
  site.rules_place = Place{(fs::path(folder) / "init.lua").string(), 0};
  // What FastCGI makes is not at hand: hints have time to go ahead of it.
  const fs::path fixture = path / "fixture";
  config::FastCgi pages;
  if (fs::is_directory(fixture, ignored)) pages.root = fixture;
  config::Route route;
  route.prefix = "/";
  route.action = std::move(pages);
  site.routes.push_back(std::move(route));
  config.sites.push_back(std::move(site));
  return config;
}

}  // namespace outrider::app
