// SPDX-License-Identifier: MIT
// Value trees for the tests, written as the Lua tables that they would come from: literals, nested tables, comments,
// and env(…) / credential(…) as strings that are secret. Lines and repeated keys are recorded, as the real loader does.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "config/config.h"
#include "config/read.h"
#include "unit/temporary_folder.h"

namespace outrider::config::test {

/// Fails the test where `source` is no table of literals.
Value parse_tree(std::string_view source, const std::string& file = "config.lua");

/// The files that match, as Sources::glob wants them.
Result<std::vector<std::filesystem::path>> glob_files(const std::string& pattern);

/// A folder of configuration files and the sites' directories that goes when the test ends.
class Folder {
 public:
  Folder() { make_directory("www"); }

  const std::filesystem::path& path() const { return folder_.path; }
  std::string operator/(std::string_view name) const { return (folder_ / name).string(); }
  void make_directory(const std::string& name) const;
  void write(const std::string& name, const std::string& text = "x") const;

  /// Reads `source` as the configuration in this folder; included files are parsed by parse_tree.
  Config read(std::string_view source, bool serves = true) const;
  /// The problems of `source`, each as its text; none if it is fine.
  std::vector<std::string> problems(std::string_view source) const;
  /// The problems of a configuration whose site "*" has the one route `route` at `prefix`.
  std::vector<std::string> route_problems(const std::string& route, const std::string& prefix = "/") const;
  Route read_route(const std::string& route, const std::string& prefix = "/") const;

 private:
  TemporaryFolder folder_;
};

/// A list of one.
inline std::vector<std::string> only(std::string text) {
  return {std::move(text)};
}
inline const std::vector<std::string> none;

}  // namespace outrider::config::test
