// SPDX-License-Identifier: MIT
#include "script/rule_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>

#include "script/glob.h"

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

bool has_wildcard(const std::string& text) {
  return text.find_first_of("*?[") != std::string::npos;
}

/// The leading folders of a glob that hold no wildcard.
fs::path fixed_part(const fs::path& glob) {
  fs::path fixed;
  for (const fs::path& part : glob.parent_path()) {
    if (has_wildcard(part.string())) break;
    fixed /= part;
  }
  return fixed;
}

/// The folder is not taken for a library just because the installation is below /usr/lib.
bool below_lib(const fs::path& file, const fs::path& fixed) {
  if (fixed.filename() == "lib") return true;
  const fs::path folders = file.lexically_relative(fixed).parent_path();
  return std::find(folders.begin(), folders.end(), fs::path("lib")) != folders.end();
}

constexpr std::string_view test_ending = ".test.lua";

bool is_test(const fs::path& file) {
  return file.filename().string().ends_with(test_ending);
}

/// Rules and tests are run in this order.
void sort_once(std::vector<RuleFile>& files) {
  std::sort(files.begin(), files.end(), [](const RuleFile& a, const RuleFile& b) {
    const int order = a.path.filename().string().compare(b.path.filename().string());
    return order != 0 ? order < 0 : a.path.string() < b.path.string();
  });
  files.erase(std::unique(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path == b.path; }),
              files.end());
}

void add_directory(std::vector<fs::path>& directories, const fs::path& directory) {
  if (std::find(directories.begin(), directories.end(), directory) == directories.end())
    directories.push_back(directory);
}

void expand_one(const std::string& glob, const RuleSetSpec& spec, SourceLog& sources, RuleFiles& result,
                std::vector<Problem>& problems) {
  const std::string pattern = fs::path(glob).lexically_normal().string();
  const fs::path fixed = fixed_part(pattern);
  const auto paths = sources.glob(pattern);
  if (!paths) {
    problems.push_back({spec.place, fmt::format("rules \"{}\": {}", glob, paths.error().message)});
    return;
  }
  add_directory(result.directories, fixed);
  if (paths->empty() && !has_wildcard(pattern)) {
    problems.push_back({spec.place, fmt::format("rules \"{}\": there is no such file", glob)});
  }
  for (const fs::path& path : *paths) {
    if (!is_test(path) && !below_lib(path, fixed)) result.files.push_back({path, shown_as(path, spec.place)});
  }
}

/// "shop.lua" for "shop.test.lua", beside it.
fs::path tested_by(const fs::path& test) {
  const std::string name = test.filename().string();
  return test.parent_path() / (name.substr(0, name.size() - test_ending.size()) + ".lua");
}

bool loads(const RuleFiles& site, const fs::path& file) {
  return std::any_of(site.files.begin(), site.files.end(), [&](const RuleFile& each) { return each.path == file; });
}

}  // namespace

std::string shown_as(const fs::path& file, const Place& named_in) {
  if (named_in.file.empty()) return file.string();
  std::error_code ignored;
  const fs::path typed(named_in.file);
  const fs::path folder = fs::absolute(typed, ignored).lexically_normal().parent_path();
  const fs::path named = (typed.parent_path() / file.lexically_relative(folder)).lexically_normal();
  return named.empty() || *named.begin() == ".." ? file.string() : named.string();
}

RuleFiles find_rule_files(const RuleSetSpec& spec, SourceLog& sources, std::vector<Problem>& problems) {
  RuleFiles result;
  for (const std::string& glob : spec.globs) expand_one(glob, spec, sources, result, problems);
  if (!spec.module.empty()) add_directory(result.directories, spec.module.parent_path());
  sort_once(result.files);
  return result;
}

void find_test_files(const std::vector<RuleSetSpec>& sites, std::vector<RuleFiles>& found, SourceLog& sources,
                     std::vector<Problem>& problems) {
  std::set<fs::path> rule_files;
  for (const RuleFiles& site : found) {
    for (const RuleFile& file : site.files) rule_files.insert(file.path);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    RuleFiles& site = found[i];
    if (const fs::path& module = sites[i].module; !module.empty()) {
      site.tests.push_back({module / "test.lua", shown_as(module / "test.lua", sites[i].place)});
      continue;
    }
    std::set<fs::path> folders(site.directories.begin(), site.directories.end());
    for (const RuleFile& file : site.files) folders.insert(file.path.parent_path());
    for (const fs::path& folder : folders) {
      if (folder.filename() == "lib") continue;
      const auto tests = sources.glob(escaped_glob(folder / "") + "*" + std::string(test_ending));
      if (!tests) problems.push_back({sites[i].place, "tests beside the rules: " + tests.error().message});
      if (!tests) continue;
      for (const fs::path& test : *tests) {
        const fs::path subject = tested_by(test);
        if (rule_files.contains(subject) && !loads(site, subject)) continue;
        site.tests.push_back({test, shown_as(test, sites[i].place)});
      }
    }
    sort_once(site.tests);
  }
}

}  // namespace outrider::script
