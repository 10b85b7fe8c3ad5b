// SPDX-License-Identifier: MIT
#include "unit/http/admin_client.h"

#include <poll.h>

#include <catch2/catch.hpp>

namespace outrider::http::test {

using std::chrono::milliseconds;

UniqueFd listen_at(const std::string& text) {
  const auto address = Address::parse(text);
  REQUIRE(address);
  UniqueFd fd(::socket(address->family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  REQUIRE(fd);
  REQUIRE(::bind(fd.get(), address->get(), address->length) == 0);
  REQUIRE(::listen(fd.get(), 128) == 0);
  return fd;
}

Address address_of(const UniqueFd& listening) {
  sockaddr_storage storage{};
  socklen_t length = sizeof(storage);
  auto* raw = reinterpret_cast<sockaddr*>(&storage);
  REQUIRE(::getsockname(listening.get(), raw, &length) == 0);
  return Address::from(raw, length);
}

Client::Client(const Address& server) : fd_(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  REQUIRE(::connect(fd_.get(), server.get(), server.length) == 0);
}

void Client::send(const std::string& bytes) const {
  REQUIRE(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

bool Client::read_some(milliseconds time) {
  pollfd one{fd_.get(), POLLIN, 0};
  if (::poll(&one, 1, static_cast<int>(time.count())) <= 0) return false;
  char buffer[16384];
  const ssize_t size = ::read(fd_.get(), buffer, sizeof(buffer));
  if (size > 0) received_.append(buffer, static_cast<std::size_t>(size));
  ended_ = size <= 0;
  return !ended_;
}

std::string Client::read_until(const std::string& end) {
  while (received_.find(end) == std::string::npos && read_some(milliseconds(5000))) {
  }
  return received_;
}

bool Client::closed_within(milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (!ended_ && std::chrono::steady_clock::now() < deadline) read_some(milliseconds(20));
  return ended_;
}

}  // namespace outrider::http::test
