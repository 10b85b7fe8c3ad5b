// SPDX-License-Identifier: MIT
#include "app/load/admin_token.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "tls/secret_file.h"

namespace outrider::app {

Result<std::string> read_admin_token(const std::filesystem::path& file) {
  constexpr std::size_t shortest = 16, longest = 512;
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 07) != 0) {
    return failure(fmt::format("the admin token {}: its mode is {:04o}, but others must not read it: chmod 640 {}",
                               file.string(), status.st_mode & 07777u, file.string()));
  }
  auto bytes = tls::read_secret_file(file, "admin token");
  if (!bytes) return tl::unexpected(bytes.error());
  std::string_view text = bytes->view();
  const auto end = text.find_last_not_of("\r\n");
  text = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (printable && text.size() >= shortest && text.size() <= longest) return std::string(text);
  return failure(fmt::format(
      "the admin token {}: expected one line of {} to {} printable characters without spaces, found {}; make "
      "one with \"openssl rand -hex 32\"",
      file.string(), shortest, longest,
      printable ? fmt::format("{} characters", text.size()) : std::string("other characters")));
}

}  // namespace outrider::app
