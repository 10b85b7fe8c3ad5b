// SPDX-License-Identifier: MIT
#include "config/paths.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/file_access.h"

namespace outrider::config {
namespace {

/// Empty if `path` is of the wanted type and allows `access` (R_OK …); else what is wrong with it.
std::string problem_with(const std::filesystem::path& path, bool directory, int access) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? fmt::format("no such {}", directory ? "directory" : "file")
                           : std::string(std::strerror(errno));
  }
  if (directory && !S_ISDIR(status.st_mode)) return "is no directory";
  if (!directory && S_ISDIR(status.st_mode)) return "is a directory; expected a file";
  if (!directory && !S_ISREG(status.st_mode)) return "is no regular file";
  if (::faccessat(AT_FDCWD, path.c_str(), access, AT_EACCESS) == 0) return {};
  const int error = errno;
  return fmt::format("cannot be read: {}; it {}", std::strerror(error), owner_and_mode(status));
}

bool check(Report& report, const Text& text, const std::filesystem::path& path, bool directory, int access) {
  if (text.text.empty()) {  // else it would be the configuration's own folder
    report.wrong(text, directory ? "a directory" : "a file");
    return false;
  }
  if (!report.looks_at_disk()) return true;
  const std::string problem = problem_with(path, directory, access);
  if (problem.empty()) return true;
  report.add(text.place, text.path, fmt::format("{}: {}", text.secret ? "***" : path.string(), problem));
  report.missed(path);
  return false;
}

}  // namespace

std::filesystem::path absolute(const std::filesystem::path& folder, const std::string& text) {
  std::filesystem::path path = (folder / text).lexically_normal();
  // "/srv/www/" and "/srv/www" are one directory.
  return path.has_filename() || path == path.root_path() ? path : path.parent_path();
}

bool check_directory(Report& report, const Text& text, const std::filesystem::path& path) {
  return check(report, text, path, true, R_OK | X_OK);
}

bool check_file(Report& report, const Text& text, const std::filesystem::path& path) {
  return check(report, text, path, false, R_OK);
}

bool check_secret_file(Report& report, const Text& text, const std::filesystem::path& path) {
  return !report.serves() || check_file(report, text, path);
}

bool check_parent(Report& report, const Text& text, const std::filesystem::path& path) {
  if (!report.looks_at_disk() || !report.serves()) return true;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    report.add(text.place, text.path,
               fmt::format("{}: is a directory; expected a file", text.secret ? "***" : path.string()));
    return false;
  }
  return check(report, text, path.parent_path(), true, F_OK);
}

std::filesystem::path fixed_part(const std::filesystem::path& glob) {
  std::filesystem::path fixed;
  for (const std::filesystem::path& part : glob) {
    if (part.string().find_first_of("*?[") != std::string::npos) break;
    fixed /= part;
  }
  return fixed;
}

}  // namespace outrider::config
