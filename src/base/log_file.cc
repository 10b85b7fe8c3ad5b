// SPDX-License-Identifier: MIT
#include "base/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include <fmt/core.h>

namespace outrider {

Result<UniqueFd> open_log_file(const std::string& path, std::string_view what) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640));
  if (fd) return fd;
  const int error = errno;
  struct stat status {};
  // ENXIO is also what a socket or a device without a driver answers.
  if (error == ENXIO && ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode)) {
    return failure(fmt::format(
        "cannot open the {}: {} is a pipe that nobody reads; start its reader first, or name a regular file", what,
        path));
  }
  return failure(fmt::format("cannot open the {} {}: {}", what, path, std::strerror(error)));
}

}  // namespace outrider
