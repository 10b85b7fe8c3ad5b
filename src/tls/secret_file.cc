// SPDX-License-Identifier: MIT
#include "tls/secret_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/fd.h"
#include "base/file_access.h"
#include "base/log.h"

namespace outrider::tls {
namespace {

constexpr std::size_t largest_file = 1u << 20;

tl::unexpected<Error> unreadable(const std::filesystem::path& file, std::string_view what, int error) {
  if (error == ENOENT) return failure(fmt::format("{} {}: no such file", what, file.string()));
  const std::string access = error == EACCES ? describe_access(file) : std::string();
  return failure(fmt::format("{} {}: cannot be read: {}{}{}", what, file.string(), std::strerror(error),
                             access.empty() ? "" : "; ", access));
}

/// A group that reads is how a server without root gets at its key.
void warn_if_exposed(const std::filesystem::path& file, std::string_view what, const struct stat& status) {
  if ((status.st_mode & (S_IWGRP | S_IROTH | S_IWOTH)) == 0) return;
  log::warning("{} {}: others can read or write it: it belongs to {} and its mode is {:04o}; chmod 0640 {}", what,
               file.string(), user_text(status.st_uid), status.st_mode & 07777u, file.string());
}

}  // namespace

SecretBytes::~SecretBytes() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

Result<SecretBytes> read_secret_file(const std::filesystem::path& file, std::string_view what, Audience audience) {
  // O_NONBLOCK: a FIFO by that name must not hang the start.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return unreadable(file, what, errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return unreadable(file, what, errno);
  if (S_ISDIR(status.st_mode))
    return failure(fmt::format("{} {}: is a directory; expected a file", what, file.string()));
  if (!S_ISREG(status.st_mode)) return failure(fmt::format("{} {}: is no regular file", what, file.string()));
  if (status.st_size > static_cast<off_t>(largest_file)) {
    return failure(fmt::format("{} {}: has {} bytes; such a file has at most {}", what, file.string(), status.st_size,
                               largest_file));
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(file, what, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  if (bytes.empty()) return failure(fmt::format("{} {}: the file is empty", what, file.string()));
  if (audience != Audience::anybody) warn_if_exposed(file, what, status);
  return SecretBytes(std::move(bytes));
}

}  // namespace outrider::tls
