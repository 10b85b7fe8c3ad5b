// SPDX-License-Identifier: MIT
#include "app/process/listener_keeper.h"

#include <fcntl.h>
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

std::string socket_path(const Address& address) {
  return address.text().substr(std::string_view("unix:").size());
}

std::string ownership_of(const ListenSpec& spec) {
  return fmt::format("{:o} {}:{}", spec.mode.value_or(01'000'000), spec.owner, spec.group);
}

bool is_file_of(const HeldListener& facts) {
  struct stat status {};
  return facts.address.is_unix() && facts.inode != 0 && ::lstat(socket_path(facts.address).c_str(), &status) == 0 &&
         status.st_dev == facts.device && status.st_ino == facts.inode;
}

}  // namespace

ListenerKeeper::~ListenerKeeper() {
  for (Held& held : held_) release(held);
}

Result<std::vector<int>> ListenerKeeper::open(const ListenSpec& spec) {
  const std::string key = spec.key();
  auto held = std::find_if(held_.begin(), held_.end(), [&](const Held& one) { return one.facts.key == key; });
  const bool fresh = held == held_.end();
  if (fresh) {
    held = held_.insert(held_.end(), Held{});
    held->facts.key = key;
    held->facts.address = spec.address;
  }
  held->facts.asked = true;
  if (!held->facts.passed) {
    if (auto added = spec.address.is_unix() ? add_unix(*held, spec) : add_tcp(*held, spec); !added) {
      if (fresh) held_.erase(held);
      return failure(added.error().message + (fresh ? advice_of_passed(spec.address) : ""));
    }
  }
  std::vector<int> fds;
  for (const UniqueFd& fd : held->fds) fds.push_back(fd.get());
  return fds;
}

void ListenerKeeper::forget(const ListenSpec& spec) {
  retain([gone = spec.key()](const std::string& key) { return key != gone; });
}

void ListenerKeeper::retain(const std::function<bool(const std::string& key)>& wanted) {
  held_.remove_if([&](Held& held) {
    if (wanted(held.facts.key)) return false;
    held.facts.asked = false;
    if (held.facts.passed) return false;
    release(held);
    return true;
  });
}

void ListenerKeeper::add_passed(UniqueFd fd) {
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  ListenSpec spec;
  spec.address = bound_address(fd.get());
  const auto same =
      std::find_if(held_.begin(), held_.end(), [&](const Held& one) { return one.facts.key == spec.key(); });
  // Several of one address (ReusePort= in templates): each is accepted from.
  Held& held = same != held_.end() ? *same : *held_.insert(held_.end(), Held{});
  held.facts.key = spec.key();
  held.facts.address = spec.address;
  held.facts.passed = true;
  held.facts.asked = false;
  held.fds.push_back(std::move(fd));
}

std::vector<std::string> ListenerKeeper::unasked() const {
  std::vector<std::string> addresses;
  for (const Held& held : held_) {
    if (held.facts.passed && !held.facts.asked) addresses.push_back(held.facts.address.text());
  }
  return addresses;
}

std::vector<HeldListener> ListenerKeeper::describe() const {
  std::vector<HeldListener> all;
  for (const Held& held : held_) {
    all.push_back(held.facts);
    for (const UniqueFd& fd : held.fds) all.back().fds.push_back(fd.get());
  }
  return all;
}

void ListenerKeeper::adopt(const HeldListener& listener) {
  Held& held = *held_.insert(held_.end(), Held{});
  held.facts = listener;
  held.facts.fds.clear();
  for (const int fd : listener.fds) held.fds.emplace_back(fd);
}

Result<void> ListenerKeeper::add_tcp(Held& held, const ListenSpec& spec) {
  Address& address = held.facts.address;
  if (held.fds.empty() && address.port() != 0 && !holds_port(address)) {
    const auto taken = is_taken(address, spec.only_v6);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken && !spec.or_any_port) return failure(taken_message(address));
    if (*taken) address = with_port(address, 0);
  }
  // Those that leave IPv4 to a listener that the configuration no longer has do not count. (The other way round, the
  // kernel prefers the IPv4 socket by itself.)
  const bool wants_both = address.family() == AF_INET6 && !spec.only_v6;
  auto serving = static_cast<std::size_t>(std::count_if(
      held.fds.begin(), held.fds.end(), [&](const UniqueFd& fd) { return !wants_both || !takes_only_v6(fd.get()); }));
  for (; serving < std::max<std::size_t>(spec.count, 1); ++serving) {
    auto fd = open_tcp(address, spec.only_v6, true);
    if (!fd) return tl::unexpected(fd.error());
    if (address.port() == 0) address = with_port(address, bound_address(fd->get()).port());
    held.fds.push_back(std::move(*fd));
  }
  return {};
}

Result<void> ListenerKeeper::add_unix(Held& held, const ListenSpec& spec) {
  const std::string ownership = ownership_of(spec);
  if (held.fds.empty()) {
    auto fd = open_unix(spec);
    if (!fd) return tl::unexpected(fd.error());
    struct stat status {};
    if (::lstat(socket_path(spec.address).c_str(), &status) == 0) {
      held.facts.device = status.st_dev;
      held.facts.inode = status.st_ino;
    }
    held.fds.push_back(std::move(*fd));
  } else if (held.ownership != ownership && is_file_of(held.facts) &&
             (spec.mode || !spec.owner.empty() || !spec.group.empty())) {
    if (auto given = give_away(spec); !given) return given;
  }
  held.ownership = ownership;
  return {};
}

/// Among sockets of our own the kernel finds conflicts by itself, and a wildcard and an address beside it are none.
bool ListenerKeeper::holds_port(const Address& address) const {
  return std::any_of(held_.begin(), held_.end(), [&](const Held& one) {
    return !one.fds.empty() && !one.facts.address.is_unix() && one.facts.address.port() == address.port();
  });
}

std::string ListenerKeeper::advice_of_passed(const Address& address) const {
  for (const Held& one : held_) {
    if (!one.facts.passed || one.facts.address.is_unix() || one.facts.address.port() != address.port()) continue;
    return fmt::format("; the service manager passed a socket for {}: listen there, or change its socket unit",
                       one.facts.address.text());
  }
  return {};
}

void ListenerKeeper::release(Held& held) const {
  // Somebody may have put another there since: that one is not ours to remove.
  if (is_file_of(held.facts)) ::unlink(socket_path(held.facts.address).c_str());
  held.fds.clear();
}

}  // namespace outrider::app
