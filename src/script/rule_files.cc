// SPDX-License-Identifier: MIT
#include "script/rule_files.h"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

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

bool is_test(const fs::path& file) {
  return file.filename().string().ends_with(".test.lua");
}

std::vector<fs::path> expand(const std::string& pattern) {
  glob_t found{};
  std::vector<fs::path> paths;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  return paths;
}

/// Why nothing can be looked for in the directory, or empty.
std::string directory_problem(const fs::path& directory) {
  std::error_code error;
  const auto status = fs::status(directory, error);
  if (status.type() == fs::file_type::not_found) return "there is no such directory";
  if (error) return error.message();
  if (!fs::is_directory(status)) return "it is no directory";
  fs::directory_iterator probe(directory, error);
  return error ? error.message() : std::string();
}

void add_directory(std::vector<fs::path>& directories, const fs::path& directory) {
  if (std::find(directories.begin(), directories.end(), directory) == directories.end())
    directories.push_back(directory);
}

void expand_one(const std::string& glob, const RuleSetSpec& spec, RuleFiles& result, std::vector<Problem>& problems) {
  const std::string pattern = fs::path(glob).lexically_normal().string();
  const fs::path fixed = fixed_part(pattern);
  if (const std::string problem = directory_problem(fixed); !problem.empty()) {
    problems.push_back({spec.place, fmt::format("rules \"{}\": cannot look in {}: {}; create it, or correct the path",
                                                glob, fixed.string(), problem)});
    return;
  }
  add_directory(result.directories, fixed);
  const auto paths = expand(pattern);
  if (paths.empty() && !has_wildcard(pattern)) {
    problems.push_back({spec.place, fmt::format("rules \"{}\": there is no such file", glob)});
  }
  for (const fs::path& path : paths) {
    std::error_code error;
    if (is_test(path) || below_lib(path, fixed) || !fs::is_regular_file(path, error)) continue;
    result.files.push_back({path, shown_as(path, spec.place)});
  }
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

RuleFiles find_rule_files(const RuleSetSpec& spec, std::vector<Problem>& problems) {
  RuleFiles result;
  for (const std::string& glob : spec.globs) expand_one(glob, spec, result, problems);
  auto& files = result.files;
  std::sort(files.begin(), files.end(), [](const RuleFile& a, const RuleFile& b) {
    const int order = a.path.filename().string().compare(b.path.filename().string());
    return order != 0 ? order < 0 : a.path.string() < b.path.string();
  });
  files.erase(std::unique(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path == b.path; }),
              files.end());
  return result;
}

}  // namespace outrider::script
