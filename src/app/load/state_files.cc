// SPDX-License-Identifier: MIT
#include "app/load/state_files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "app/load/development.h"
#include "base/atomic_file.h"
#include "base/load_error.h"
#include "script/snapshot.h"

namespace outrider::app {

namespace fs = std::filesystem;

fs::path choose_state_folder(const std::string& option) {
  if (!option.empty()) return fs::absolute(option).lexically_normal();
  const char* systemd = std::getenv("STATE_DIRECTORY");
  if (systemd != nullptr && *systemd != '\0') {
    const std::string_view all(systemd);
    return fs::path(all.substr(0, all.find(':')));
  }
  if (::geteuid() == 0) return "/var/lib/outrider";
  try {
    return state_folder();
  } catch (const LoadError&) {
    return {};  // prepare_state_folder() says so
  }
}

Result<void> prepare_state_folder(const fs::path& directory) {
  if (directory.empty()) return failure("there is no folder for the server's state; name one with --state-dir");
  std::error_code error;
  if (fs::is_directory(directory, error)) {
    struct stat status {};
    const bool safe = ::stat(directory.c_str(), &status) == 0 && (status.st_uid == 0 || status.st_uid == ::geteuid()) &&
                      (status.st_mode & 022) == 0;
    if (!safe) {
      return failure(fmt::format(
          "the state folder {} belongs to uid {} and has mode {:04o}: others could put files there; it must "
          "belong to root or to the server's user, and nobody else may write to it",
          directory.string(), status.st_uid, status.st_mode & 07777));
    }
    if (::access(directory.c_str(), W_OK | X_OK) == 0) return {};
    return failure(fmt::format("cannot write to the state folder {}: {}; name another with --state-dir",
                               directory.string(), std::strerror(errno)));
  }
  fs::create_directories(directory.parent_path(), error);
  if (!error && ::mkdir(directory.c_str(), 0700) == 0) return {};
  const std::string why = error ? error.message() : std::strerror(errno);
  // Another server process may have made it just now.
  if (fs::is_directory(directory, error)) return {};
  return failure(
      fmt::format("cannot make the state folder {}: {}; name another with --state-dir", directory.string(), why));
}

StateFiles::StateFiles(const std::string& option, const std::string& config_file)
    : directory_(choose_state_folder(option)) {
  const fs::path file = fs::absolute(config_file).lexically_normal();
  stem_ = file.stem().string() + "-" + script::sha256_hex(file.string()).substr(0, 16);
}

Result<void> StateFiles::write_admin(const Admin& where) const {
  return replace_file(admin_file(), where.address.text() + "\n" + where.token_file.string() + "\n", 0644);
}

void StateFiles::remove_admin() const {
  std::error_code ignored;
  fs::remove(admin_file(), ignored);
}

std::optional<StateFiles::Admin> StateFiles::read_admin() const {
  struct stat status {};
  if (::stat(admin_file().c_str(), &status) != 0) return std::nullopt;
  // Else a stranger could have the token sent to a server of his own.
  if (status.st_uid != 0 && status.st_uid != ::geteuid() && ::geteuid() != 0) return std::nullopt;
  std::ifstream file(admin_file());
  std::string address_line, token_line;
  if (!std::getline(file, address_line)) return std::nullopt;
  std::getline(file, token_line);
  auto address = Address::parse(address_line);
  if (!address) return std::nullopt;
  return Admin{*address, token_line};
}

}  // namespace outrider::app
