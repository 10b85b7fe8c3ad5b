// SPDX-License-Identifier: MIT
#include "app/process/socket_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "base/check.h"

namespace outrider::app {
namespace {

tl::unexpected<Error> channel_failure(const char* what) {
  return failure(fmt::format("{} between supervisor and server: {}", what, std::strerror(errno)));
}

/// Takes the descriptors out of a received message, so that none is lost even where the message is refused.
std::vector<UniqueFd> descriptors_of(msghdr& header) {
  std::vector<UniqueFd> fds;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < count; ++index) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(part) + index * sizeof(int), sizeof(int));
      fds.emplace_back(fd);
    }
  }
  return fds;
}

}  // namespace

std::string ServingReport::encode() const {
  return (std::to_string(shutdown_timeout.count()) + '\0' + status).substr(0, SocketChannel::max_text);
}

ServingReport ServingReport::decode(std::string_view text) {
  ServingReport report;
  const auto end = std::min(text.find('\0'), text.size());
  long long timeout = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + end, timeout);
  if (parsed.ec == std::errc() && timeout >= 0) report.shutdown_timeout = std::chrono::milliseconds(timeout);
  if (end < text.size()) report.status = text.substr(end + 1);
  return report;
}

Result<std::pair<SocketChannel, SocketChannel>> SocketChannel::make_pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) return channel_failure("cannot make the line");
  return std::pair(SocketChannel(UniqueFd(fds[0])), SocketChannel(UniqueFd(fds[1])));
}

Result<void> SocketChannel::send(Message::Kind kind, const std::string& text, const std::vector<int>& fds) {
  CHECK(text.size() <= max_text && fds.size() <= max_fds);
  char kind_byte = static_cast<char>(kind);
  std::array<iovec, 2> parts{{{&kind_byte, 1}, {const_cast<char*>(text.data()), text.size()}}};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(max_fds * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = parts.data();
  header.msg_iovlen = parts.size();
  if (!fds.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(rights), fds.data(), fds.size() * sizeof(int));
  }
  while (::sendmsg(fd_.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno != EINTR) return channel_failure("cannot send on the line");
  }
  return {};
}

Result<SocketChannel::Received> SocketChannel::receive() {
  std::array<char, max_text + 1> bytes;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(max_fds * sizeof(int))> control;
  iovec part{bytes.data(), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t size;
  do {
    size = ::recvmsg(fd_.get(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) return Received{};
  if (size == 0 || (size < 0 && errno == ECONNRESET)) return Received{Received::What::closed, {}};
  if (size < 0) return channel_failure("cannot read from the line");

  Received received{Received::What::message, {}};
  received.message.fds = descriptors_of(header);
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    // The kernel drops descriptors silently where the receiver has no room for them.
    return failure(
        "a message between supervisor and server arrived cut; is the limit of open files (ulimit -n) reached?");
  }
  received.message.kind = static_cast<Message::Kind>(bytes[0]);
  received.message.text.assign(bytes.data() + 1, static_cast<std::size_t>(size) - 1);
  return received;
}

Result<SocketChannel::Received> SocketChannel::wait() {
  while (true) {
    auto received = receive();
    if (!received || received->what != Received::What::nothing) return received;
    pollfd ready{fd_.get(), POLLIN, 0};
    if (::poll(&ready, 1, -1) < 0 && errno != EINTR) return channel_failure("cannot wait on the line");
  }
}

}  // namespace outrider::app
