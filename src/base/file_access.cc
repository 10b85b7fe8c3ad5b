// SPDX-License-Identifier: MIT
#include "base/file_access.h"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include <fmt/format.h>

namespace outrider {
namespace {

constexpr std::size_t largest_entry = 1u << 20;

/// getpwuid_r, because getpwuid's buffer belongs to all threads.
std::optional<std::string> name_of(uid_t uid) {
  std::vector<char> buffer(1024);
  passwd entry{};
  passwd* found = nullptr;
  while (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == ERANGE && buffer.size() < largest_entry) {
    buffer.resize(buffer.size() * 2);
  }
  return found != nullptr ? std::optional<std::string>(entry.pw_name) : std::nullopt;
}

}  // namespace

std::string user_name(uid_t uid) {
  const auto name = name_of(uid);
  return name ? *name : fmt::format("uid {}", uid);
}

std::string user_text(uid_t uid) {
  const auto name = name_of(uid);
  return name ? fmt::format("{} (uid {})", *name, uid) : fmt::format("uid {}", uid);
}

std::optional<Seen> as_far_as_seen(const std::filesystem::path& file) {
  Seen seen{file};
  while (::stat(seen.path.c_str(), &seen.status) != 0) {
    // Up to the folder that may be looked at but not entered, as /etc/letsencrypt/live is for all but root.
    if (errno != EACCES || !seen.path.has_relative_path()) return std::nullopt;
    seen.path = seen.path.parent_path();
  }
  return seen;
}

std::string owner_and_mode(const struct stat& status) {
  return fmt::format("belongs to {}, its mode is {:04o}, and this process runs as {}", user_text(status.st_uid),
                     status.st_mode & 07777u, user_text(::geteuid()));
}

std::string describe_access(const std::filesystem::path& file) {
  const auto seen = as_far_as_seen(file);
  if (!seen) return {};
  return (seen->path == file ? "it " : "its folder " + seen->path.string() + " ") + owner_and_mode(seen->status);
}

}  // namespace outrider
