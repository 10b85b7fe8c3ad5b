// SPDX-License-Identifier: MIT
// File names with wildcards. An expansion of our own and not glob(3), because what is watched afterwards are the
// directories that were looked in, and an error has to name the one that cannot be read. Control thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace outrider::script {

/// What the disk said about a pattern.
struct Globbed {
  std::vector<std::filesystem::path> matches;      // regular files, by name (bytes)
  std::vector<std::filesystem::path> directories;  // that were looked in, sorted
  /// Empty, or why there is no answer: `cannot look in /etc/rules: there is no such directory; create it, or correct
  /// the path`.
  std::string failure;
};

/// Expands an absolute pattern: `*`, `?` and `[…]` within a path segment, a backslash before what is meant literally;
/// wildcards match no leading dot. A directory without wildcards in its name must be there, and all that are found must
/// be readable.
Globbed expand_glob(const std::string& pattern);

/// The pattern that matches this path alone.
std::string escaped_glob(const std::filesystem::path& path);

/// Why nothing can be looked for in the directory, or empty.
std::string directory_problem(const std::filesystem::path& directory);

}  // namespace outrider::script
