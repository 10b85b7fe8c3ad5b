// SPDX-License-Identifier: MIT
#include "uv/follow_path.h"

#include <sys/stat.h>

#include <iterator>
#include <system_error>
#include <vector>

namespace outrider::uv {
namespace {

constexpr int most_links = 40;  // as the kernel has it (ELOOP)

/// The names that are still to be looked up, the next one last.
using Rest = std::vector<std::string>;

void prepend(Rest& rest, const std::filesystem::path& path) {
  Rest names;
  for (const auto& name : path.relative_path()) names.push_back(name.string());
  rest.insert(rest.end(), std::make_move_iterator(names.rbegin()), std::make_move_iterator(names.rend()));
}

}  // namespace

std::optional<std::string> follow_path(
    const std::filesystem::path& path,
    const std::function<void(const std::string& directory, const std::string& name)>& step) {
  Rest rest;
  prepend(rest, path);
  std::filesystem::path at = "/";
  for (int links = 0; !rest.empty();) {
    const std::string name = std::move(rest.back());
    rest.pop_back();
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      at = at.parent_path();
      continue;
    }
    step(at.string(), name);
    const std::filesystem::path next = at / name;
    struct stat status {};
    if (::lstat(next.c_str(), &status) != 0) return std::nullopt;
    if (S_ISLNK(status.st_mode)) {
      std::error_code error;
      const auto target = std::filesystem::read_symlink(next, error);
      if (error || ++links > most_links) return std::nullopt;
      if (target.is_absolute()) at = "/";
      prepend(rest, target);
    } else if (S_ISDIR(status.st_mode)) {
      at = next;
    } else {
      return std::nullopt;
    }
  }
  return at.string();
}

}  // namespace outrider::uv
