// SPDX-License-Identifier: MIT
#include "script/glob.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

namespace outrider::script {
namespace {

namespace fs = std::filesystem;

bool has_wildcard(std::string_view segment) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] == '\\') {
      ++i;
    } else if (segment[i] == '*' || segment[i] == '?' || segment[i] == '[') {
      return true;
    }
  }
  return false;
}

std::string without_escapes(std::string_view segment) {
  std::string text;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] == '\\' && i + 1 < segment.size()) ++i;
    text += segment[i];
  }
  return text;
}

std::string cannot_look(const fs::path& directory, const std::string& problem) {
  return fmt::format("cannot look in {}: {}; create it, or correct the path", directory.string(), problem);
}

/// Replaces the paths found so far by the entries of each that fit the segment.
void descend(const std::string& segment, std::vector<fs::path>& paths, Globbed& result) {
  std::vector<fs::path> below;
  for (const fs::path& directory : paths) {
    std::error_code error;
    fs::directory_iterator entry(directory, error);
    // Of what wildcards matched, some are files; and what has gone meanwhile matches nothing.
    if (error == std::errc::not_a_directory || error == std::errc::no_such_file_or_directory) continue;
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      const fs::path& path = entry->path();
      if (::fnmatch(segment.c_str(), path.filename().c_str(), FNM_PERIOD) == 0) below.push_back(path);
    }
    if (error) {
      result.failure = cannot_look(directory, error.message());
      return;
    }
    result.directories.push_back(directory);
  }
  paths = std::move(below);
}

}  // namespace

std::string directory_problem(const fs::path& directory) {
  std::error_code error;
  const auto status = fs::status(directory, error);
  if (status.type() == fs::file_type::not_found) return "there is no such directory";
  if (error) return error.message();
  if (!fs::is_directory(status)) return "it is no directory";
  fs::directory_iterator probe(directory, error);
  return error ? error.message() : std::string();
}

std::string escaped_glob(const fs::path& path) {
  std::string text;
  for (const char c : path.native()) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

Globbed expand_glob(const std::string& pattern) {
  std::vector<std::string> segments;
  for (const fs::path& part : fs::path(pattern).relative_path()) segments.push_back(part.string());
  Globbed result;
  fs::path fixed = "/";
  std::size_t next = 0;
  for (; next + 1 < segments.size() && !has_wildcard(segments[next]); ++next) fixed /= without_escapes(segments[next]);
  if (const std::string problem = directory_problem(fixed); !problem.empty()) {
    result.failure = cannot_look(fixed, problem);
    return result;
  }
  result.directories.push_back(fixed);
  std::vector<fs::path> paths{fixed};
  for (; next < segments.size() && result.failure.empty(); ++next) {
    if (has_wildcard(segments[next])) {
      descend(segments[next], paths, result);
    } else {
      for (fs::path& path : paths) path /= without_escapes(segments[next]);
    }
  }
  std::sort(result.directories.begin(), result.directories.end());
  result.directories.erase(std::unique(result.directories.begin(), result.directories.end()), result.directories.end());
  if (!result.failure.empty()) return result;
  std::erase_if(paths, [](const fs::path& path) {
    std::error_code ignored;
    return !fs::is_regular_file(path, ignored);
  });
  std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  result.matches = std::move(paths);
  return result;
}

}  // namespace outrider::script
