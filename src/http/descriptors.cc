// SPDX-License-Identifier: MIT
#include "http/descriptors.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

namespace outrider::http {

Result<std::vector<UniqueFd>> reserve_descriptors(std::size_t how_many) {
  std::vector<UniqueFd> taken;
  taken.reserve(how_many);
  while (taken.size() != how_many) {
    UniqueFd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!fd) {
      const int error = errno;
      rlimit limit{};
      ::getrlimit(RLIMIT_NOFILE, &limit);
      return failure(fmt::format(
          "{} file descriptors are needed for another frontend, but there are only {} left ({}; this process may have "
          "{}): wait until connections have ended, or raise the limit (ulimit -n, LimitNOFILE= of systemd)",
          how_many, taken.size(), std::strerror(error), limit.rlim_cur));
    }
    taken.push_back(std::move(fd));
  }
  return taken;
}

}  // namespace outrider::http
