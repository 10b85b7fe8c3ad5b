// SPDX-License-Identifier: MIT
#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/core.h>

#include "base/fd.h"

namespace outrider {
namespace {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Makes the new name last beyond a crash of the machine.
bool sync_folder(const std::filesystem::path& folder) {
  const UniqueFd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: a file system on which folders cannot be synced (fsync(2)); there is nothing more to do.
  return fd && (::fsync(fd.get()) == 0 || errno == EINVAL);
}

tl::unexpected<Error> cannot(const char* what, const std::filesystem::path& file, int error) {
  return failure(fmt::format("{}: cannot {}: {}", file.string(), what, std::strerror(error)));
}

}  // namespace

Result<void> replace_file(const std::filesystem::path& file, std::string_view bytes, mode_t mode) {
  std::string draft = file.string() + ".XXXXXX";
  const UniqueFd fd(::mkostemp(draft.data(), O_CLOEXEC));  // made with mode 0600
  if (!fd) return cannot("be written", file, errno);
  // The mode first: no moment in which it is wrong under the file's name.
  if (::fchmod(fd.get(), mode) != 0 || !write_all(fd.get(), bytes) || ::fsync(fd.get()) != 0 ||
      ::rename(draft.c_str(), file.c_str()) != 0) {
    const int error = errno;
    ::unlink(draft.c_str());
    return cannot("be written", file, error);
  }
  if (!sync_folder(file.parent_path())) return cannot("be made to last", file, errno);
  return {};
}

}  // namespace outrider
