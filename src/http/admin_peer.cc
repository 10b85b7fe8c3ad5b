// SPDX-License-Identifier: MIT
#include "http/admin_peer.h"

#include <sys/socket.h>

#include <fmt/format.h>

#include "base/address.h"
#include "base/file_access.h"
#include "base/text.h"

namespace outrider::http {
namespace {

bool same_bytes(std::string_view given, std::string_view secret) {
  if (given.size() != secret.size()) return false;
  volatile unsigned char difference = 0;  // volatile: else a compiler may stop at the first
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (given[i] ^ secret[i]));
  }
  return difference == 0;
}

}  // namespace

std::string describe_peer(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  auto* raw = reinterpret_cast<sockaddr*>(&storage);
  if (::getpeername(fd, raw, &length) != 0) return "a client that has gone";
  if (storage.ss_family != AF_UNIX) return Address::from(raw, length).host_text();
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return "a local user";
  const std::string name = user_name(credentials.uid);
  // A process of another container has no number here.
  return credentials.pid > 0 ? fmt::format("{} (pid {})", name, credentials.pid) : name;
}

bool carries_token(std::string_view authorization, std::string_view token) {
  constexpr std::string_view scheme = "bearer ";
  if (token.empty() || !equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return false;
  return same_bytes(trim(authorization.substr(scheme.size())), token);
}

}  // namespace outrider::http
