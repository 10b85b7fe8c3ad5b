// SPDX-License-Identifier: MIT
#include "app/process/listen_socket.h"

#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include <fmt/format.h>

namespace outrider::app {
namespace {

constexpr int backlog = 65535;  // the kernel clips it to net.core.somaxconn

std::string advice(const Address& address, int error) {
  switch (error) {
    case EADDRINUSE:
      return taken_message(address);
    case EACCES:
      if (!address.is_unix() && address.port() < 1024) {
        return fmt::format(
            "cannot listen on {}: permission denied; ports below 1024 want root or CAP_NET_BIND_SERVICE, or choose a "
            "higher port",
            address.text());
      }
      return fmt::format("cannot listen on {}: permission denied; may this user write to its directory?",
                         address.text());
    case EADDRNOTAVAIL:
      return fmt::format("cannot listen on {}: this machine has no such address (ip addr lists those it has)",
                         address.text());
    case ENOENT:
      return fmt::format("cannot listen on {}: its directory does not exist", address.text());
    case EAFNOSUPPORT:
      return fmt::format("cannot listen on {}: this machine does not speak that protocol; is IPv6 switched off?",
                         address.text());
    default:
      return fmt::format("cannot listen on {}: {}", address.text(), std::strerror(error));
  }
}

tl::unexpected<Error> listen_failure(const Address& address, int error) {
  return failure(advice(address, error));
}

bool set_flag(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

Result<UniqueFd> bind_tcp(const Address& address, bool only_v6, bool share_port) {
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const bool ok = fd && set_flag(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) &&
                  (!share_port || set_flag(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1)) &&
                  (address.family() != AF_INET6 || set_flag(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, only_v6 ? 1 : 0)) &&
                  ::bind(fd.get(), address.get(), address.length) == 0;
  if (!ok) return listen_failure(address, errno);
  return fd;
}

const char* path_of_socket(const Address& address) {
  return reinterpret_cast<const sockaddr_un&>(address.storage).sun_path;
}

/// Removes what a server that is gone left behind.
Result<void> clear_path(const Address& address) {
  struct stat status {};
  if (::lstat(path_of_socket(address), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) {
    return failure(
        fmt::format("cannot listen on {}: there is a file of that name that is no socket; move it away or choose "
                    "another path",
                    address.text()));
  }
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return listen_failure(address, errno);
  // EAGAIN: somebody listens, and their queue is full.
  if (::connect(probe.get(), address.get(), address.length) == 0 || errno == EAGAIN) {
    return listen_failure(address, EADDRINUSE);
  }
  if (errno != ECONNREFUSED) return listen_failure(address, errno);
  if (::unlink(path_of_socket(address)) != 0 && errno != ENOENT) return listen_failure(address, errno);
  return {};
}

template <class Number>
bool parse(std::string_view text, Number& number, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string taken_message(const Address& address) {
  if (address.is_unix()) {
    return fmt::format(
        "cannot listen on {}: address already in use, a server answers there; stop it or choose another path",
        address.text());
  }
  return fmt::format(
      "cannot listen on {}: address already in use; stop the server that has it (ss -ltnp 'sport = :{}' shows it) or "
      "choose another port",
      address.text(), address.port());
}

Result<UniqueFd> open_tcp(const Address& address, bool only_v6, bool share_port) {
  auto fd = bind_tcp(address, only_v6, share_port);
  if (fd && ::listen(fd->get(), backlog) != 0) return listen_failure(address, errno);
  return fd;
}

Result<bool> is_taken(const Address& address, bool only_v6) {
  const UniqueFd probe(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!probe) return listen_failure(address, errno);
  set_flag(probe.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.family() == AF_INET6) set_flag(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, only_v6 ? 1 : 0);
  return ::bind(probe.get(), address.get(), address.length) != 0 && errno == EADDRINUSE;
}

Result<UniqueFd> open_unix(const ListenSpec& spec) {
  if (auto cleared = clear_path(spec.address); !cleared) return tl::unexpected(cleared.error());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return listen_failure(spec.address, errno);
  const bool plain = !spec.mode && spec.owner.empty() && spec.group.empty();
  // Closed to all until owner and mode are as asked for.
  const mode_t before = plain ? 0 : ::umask(0777);
  const int bound = ::bind(fd.get(), spec.address.get(), spec.address.length);
  const int error = errno;
  if (!plain) ::umask(before);
  if (bound != 0) return listen_failure(spec.address, error);
  if (!plain) {
    if (auto given = give_away(spec); !given) {
      ::unlink(path_of_socket(spec.address));
      return tl::unexpected(given.error());
    }
  }
  if (::listen(fd.get(), backlog) != 0) return listen_failure(spec.address, errno);
  return fd;
}

Result<void> give_away(const ListenSpec& spec) {
  uid_t user = static_cast<uid_t>(-1);
  gid_t group = static_cast<gid_t>(-1);
  if (!spec.owner.empty()) {
    const passwd* entry = ::getpwnam(spec.owner.c_str());
    if (entry == nullptr) return failure(fmt::format("{}: there is no user \"{}\"", spec.address.text(), spec.owner));
    user = entry->pw_uid;
  }
  if (!spec.group.empty()) {
    const ::group* entry = ::getgrnam(spec.group.c_str());
    if (entry == nullptr) return failure(fmt::format("{}: there is no group \"{}\"", spec.address.text(), spec.group));
    group = entry->gr_gid;
  }
  const char* path = path_of_socket(spec.address);
  if ((!spec.owner.empty() || !spec.group.empty()) && ::lchown(path, user, group) != 0) {
    return failure(
        fmt::format("cannot give {} to {}:{}: {}", spec.address.text(), spec.owner, spec.group, std::strerror(errno)));
  }
  if (::chmod(path, spec.mode.value_or(0660)) != 0) {
    return failure(fmt::format("cannot set the mode of {}: {}", spec.address.text(), std::strerror(errno)));
  }
  return {};
}

bool takes_only_v6(int fd) {
  int only = 0;
  socklen_t size = sizeof(only);
  return ::getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &size) == 0 && only != 0;
}

Address bound_address(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
  return Address::from(reinterpret_cast<const sockaddr*>(&storage), length);
}

std::string ListenSpec::key() const {
  return fmt::format("{}#{}", address.text(), ordinal);
}

std::string ListenSpec::encode() const {
  std::string text = address.text();
  const std::string fields[] = {std::to_string(count),
                                only_v6 ? "1" : "0",
                                or_any_port ? "1" : "0",
                                mode ? fmt::format("{:o}", *mode) : std::string(),
                                owner,
                                group,
                                std::to_string(ordinal)};
  for (const std::string& field : fields) {
    text += '\0';
    text += field;
  }
  return text;
}

Result<ListenSpec> ListenSpec::decode(std::string_view text) {
  std::vector<std::string_view> fields(1);
  for (std::size_t start = 0;;) {
    const auto end = text.find('\0', start);
    fields.back() = text.substr(start, end == std::string_view::npos ? end : end - start);
    if (end == std::string_view::npos) break;
    fields.emplace_back();
    start = end + 1;
  }
  const auto broken = [&] {
    return failure(fmt::format("a request for a socket cannot be read: {} fields", fields.size()));
  };
  if (fields.size() != 8) return broken();
  ListenSpec spec;
  auto address = Address::parse(fields[0]);
  unsigned mode = 0;
  if (!address) return tl::unexpected(address.error());
  if (!parse(fields[1], spec.count, 10) || (!fields[4].empty() && !parse(fields[4], mode, 8)) ||
      !parse(fields[7], spec.ordinal, 10)) {
    return broken();
  }
  spec.address = *address;
  spec.only_v6 = fields[2] == "1";
  spec.or_any_port = fields[3] == "1";
  if (!fields[4].empty()) spec.mode = mode;
  spec.owner = fields[5];
  spec.group = fields[6];
  return spec;
}

}  // namespace outrider::app
