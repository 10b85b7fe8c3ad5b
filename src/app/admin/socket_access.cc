// SPDX-License-Identifier: MIT
#include "app/admin/socket_access.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace outrider::app {
namespace {

std::string user_name(uid_t uid) {
  const passwd* entry = ::getpwuid(uid);
  return entry != nullptr ? entry->pw_name : fmt::format("uid {}", uid);
}

std::string group_name(gid_t gid) {
  const group* entry = ::getgrgid(gid);
  return entry != nullptr ? entry->gr_name : fmt::format("gid {}", gid);
}

}  // namespace

std::string no_access_to_socket(const std::string& path) {
  struct stat status {};
  std::filesystem::path seen = path;
  int error = ::stat(seen.c_str(), &status) == 0 ? 0 : errno;
  while (error == EACCES && seen.has_relative_path()) {
    seen = seen.parent_path();
    error = ::stat(seen.c_str(), &status) == 0 ? 0 : errno;
  }
  if (error != 0) return "permission denied";
  const bool is_socket = seen == path;
  const std::string owner = user_name(status.st_uid), group = group_name(status.st_gid);
  // To connect takes the right to write to the socket (unix(7)), and to enter each folder before it.
  const bool group_may = (status.st_mode & (is_socket ? S_IWGRP : S_IXGRP)) != 0;
  const bool owner_may = (status.st_mode & (is_socket ? S_IWUSR : S_IXUSR)) != 0 && status.st_uid != 0;
  return fmt::format("permission denied: {} belongs to {}:{}, its mode is {:04o}, and you are {}; {}ask as {}",
                     is_socket ? "the socket" : "its folder " + seen.string(), owner, group, status.st_mode & 07777u,
                     user_name(::geteuid()),
                     group_may ? fmt::format("become a member of the group {}, or ", group) : "",
                     owner_may ? owner + " or root" : "root");
}

}  // namespace outrider::app
