// SPDX-License-Identifier: MIT
#include "app/listener_keeper.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace outrider::app {
namespace {

Address with_port(Address address, std::uint16_t port) {
  if (address.family() == AF_INET) reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port);
  if (address.family() == AF_INET6) reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = htons(port);
  return address;
}

std::string path_of(const Address& address) {
  return address.text().substr(std::string_view("unix:").size());
}

}  // namespace

ListenerKeeper::~ListenerKeeper() {
  for (const Held& held : held_) {
    struct stat status {};
    if (!held.address.is_unix()) continue;
    const std::string path = path_of(held.address);
    // Somebody may have put another there since: that one is not ours to remove.
    if (::lstat(path.c_str(), &status) == 0 && status.st_dev == held.device && status.st_ino == held.inode) {
      ::unlink(path.c_str());
    }
  }
}

Result<std::vector<int>> ListenerKeeper::open(const ListenSpec& spec) {
  const std::string key = fmt::format("{}#{}", spec.address.text(), spec.ordinal);
  auto held = std::find_if(held_.begin(), held_.end(), [&](const Held& one) { return one.key == key; });
  const bool fresh = held == held_.end();
  if (fresh) {
    held = held_.insert(held_.end(), Held{});
    held->key = key;
    held->address = spec.address;
  }
  if (auto added = spec.address.is_unix() ? add_unix(*held, spec) : add_tcp(*held, spec); !added) {
    if (fresh) held_.erase(held);
    return tl::unexpected(added.error());
  }
  std::vector<int> fds;
  for (const UniqueFd& fd : held->fds) fds.push_back(fd.get());
  return fds;
}

Result<void> ListenerKeeper::add_tcp(Held& held, const ListenSpec& spec) {
  if (held.fds.empty() && held.address.port() != 0 && !holds_port(held.address)) {
    const auto taken = is_taken(held.address, spec.only_v6);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken && !spec.or_any_port) return failure(taken_message(held.address));
    if (*taken) held.address = with_port(held.address, 0);
  }
  while (held.fds.size() < std::max<std::size_t>(spec.count, 1)) {
    auto fd = open_tcp(held.address, spec.only_v6, true);
    if (!fd) return tl::unexpected(fd.error());
    if (held.address.port() == 0) held.address = with_port(held.address, bound_address(fd->get()).port());
    held.fds.push_back(std::move(*fd));
  }
  return {};
}

Result<void> ListenerKeeper::add_unix(Held& held, const ListenSpec& spec) {
  if (!held.fds.empty()) return {};
  auto fd = open_unix(spec);
  if (!fd) return tl::unexpected(fd.error());
  struct stat status {};
  if (::lstat(path_of(spec.address).c_str(), &status) == 0) {
    held.device = status.st_dev;
    held.inode = status.st_ino;
  }
  held.fds.push_back(std::move(*fd));
  return {};
}

/// Among sockets of our own the kernel finds conflicts by itself, and a wildcard and an address beside it are none.
bool ListenerKeeper::holds_port(const Address& address) const {
  return std::any_of(held_.begin(), held_.end(), [&](const Held& one) {
    return !one.fds.empty() && !one.address.is_unix() && one.address.port() == address.port();
  });
}

}  // namespace outrider::app
