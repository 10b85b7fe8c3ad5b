// SPDX-License-Identifier: MIT
#include "app/admin/socket_access.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_access.h"

namespace outrider::app {
namespace {

std::string group_name(gid_t gid) {
  const group* entry = ::getgrgid(gid);
  return entry != nullptr ? entry->gr_name : fmt::format("gid {}", gid);
}

}  // namespace

std::string no_access_to_socket(const std::string& path) {
  const auto seen = as_far_as_seen(path);
  if (!seen) return "permission denied";
  const struct stat& status = seen->status;
  const bool is_socket = seen->path == path;
  const std::string owner = user_name(status.st_uid), group = group_name(status.st_gid);
  // To connect takes the right to write to the socket (unix(7)), and to enter each folder before it.
  const bool group_may = (status.st_mode & (is_socket ? S_IWGRP : S_IXGRP)) != 0;
  const bool owner_may = (status.st_mode & (is_socket ? S_IWUSR : S_IXUSR)) != 0 && status.st_uid != 0;
  return fmt::format("permission denied: {} belongs to {}:{}, its mode is {:04o}, and you are {}; {}ask as {}",
                     is_socket ? "the socket" : "its folder " + seen->path.string(), owner, group,
                     status.st_mode & 07777u, user_name(::geteuid()),
                     group_may ? fmt::format("become a member of the group {}, or ", group) : "",
                     owner_may ? owner + " or root" : "root");
}

}  // namespace outrider::app
