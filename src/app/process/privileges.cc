// SPDX-License-Identifier: MIT
#include "app/process/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "app/load/state_files.h"
#include "base/c_ptr.h"

namespace outrider::app {
namespace {

using Capabilities = CPtr<_cap_struct, cap_free>;

struct Account {
  uid_t uid;
  gid_t gid;
};

Result<Account> find_account(const std::string& user) {
  errno = 0;
  // Called where no other thread asks for accounts.
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) {
    return failure(errno == 0 ? fmt::format("user: there is no user \"{}\"", user)
                              : fmt::format("user: \"{}\" cannot be looked up: {}", user, std::strerror(errno)));
  }
  return Account{entry->pw_uid, entry->pw_gid};
}

Error refused(const std::string& user, const char* call) {
  return {fmt::format("cannot go on as user \"{}\": {}: {}", user, call, std::strerror(errno))};
}

/// CAP_NET_BIND_SERVICE, in the ambient set too, and no other.
bool keep_low_ports_alone() {
  const cap_value_t low_ports = CAP_NET_BIND_SERVICE;
  const Capabilities set(cap_init());
  return set && cap_set_flag(set.get(), CAP_PERMITTED, 1, &low_ports, CAP_SET) == 0 &&
         cap_set_flag(set.get(), CAP_EFFECTIVE, 1, &low_ports, CAP_SET) == 0 &&
         cap_set_flag(set.get(), CAP_INHERITABLE, 1, &low_ports, CAP_SET) == 0 && cap_set_proc(set.get()) == 0 &&
         cap_set_ambient(low_ports, CAP_SET) == 0;
}

}  // namespace

bool is_root() {
  return ::geteuid() == 0;
}

bool is_user(const std::string& user) {
  const auto account = find_account(user);
  return account && account->uid == ::geteuid();
}

Result<void> become_user(const std::string& user, LowPorts ports) {
  const auto account = find_account(user);
  if (!account) return tl::unexpected(account.error());
  if (::initgroups(user.c_str(), account->gid) != 0) return tl::unexpected(refused(user, "initgroups"));
  if (::setresgid(account->gid, account->gid, account->gid) != 0) return tl::unexpected(refused(user, "setresgid"));
  if (ports == LowPorts::kept && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) {
    return tl::unexpected(refused(user, "PR_SET_KEEPCAPS"));
  }
  if (::setresuid(account->uid, account->uid, account->uid) != 0) return tl::unexpected(refused(user, "setresuid"));
  if (ports == LowPorts::kept && !keep_low_ports_alone()) return tl::unexpected(refused(user, "cap_set_proc"));
  // No file that is executed from here on gives anything back.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return tl::unexpected(refused(user, "PR_SET_NO_NEW_PRIVS"));
  return {};
}

bool give_up_capabilities() {
  if (is_root()) return true;
  // The rest is for neatness, and a filter of system calls may forbid it: exec keeps none but the ambient ones.
  const Capabilities none(cap_init());
  if (none) cap_set_proc(none.get());
  return cap_reset_ambient() == 0;
}

Result<void> hand_over_state_folder(const std::string& user, const std::filesystem::path& folder) {
  const auto account = find_account(user);
  if (!account) return tl::unexpected(account.error());
  struct stat status {};
  // That of an earlier start, or of the package, is the user's already.
  if (::stat(folder.c_str(), &status) == 0 && status.st_uid == account->uid) return {};
  if (auto prepared = prepare_state_folder(folder); !prepared) return prepared;
  if (::chown(folder.c_str(), account->uid, account->gid) == 0) return {};
  return failure(
      fmt::format("cannot hand the state folder {} to user \"{}\": {}", folder.string(), user, std::strerror(errno)));
}

Result<void> make_socket_folder(const std::string& user, const std::filesystem::path& folder) {
  const auto account = find_account(user);
  if (!account) return tl::unexpected(account.error());
  if (::mkdir(folder.c_str(), 0755) != 0) {
    if (errno == EEXIST) return {};
    return failure(fmt::format("cannot make the folder {}: {}", folder.string(), std::strerror(errno)));
  }
  if (::chown(folder.c_str(), account->uid, account->gid) == 0) return {};
  return failure(
      fmt::format("cannot hand the folder {} to user \"{}\": {}", folder.string(), user, std::strerror(errno)));
}

}  // namespace outrider::app
