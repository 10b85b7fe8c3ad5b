// SPDX-License-Identifier: MIT
#include "app/process/socket_source.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <thread>

using namespace outrider;
using namespace outrider::app;

namespace {

ListenSpec spec(const std::string& address, std::size_t count) {
  ListenSpec result;
  result.address = *Address::parse(address);
  result.count = count;
  return result;
}

/// Answers like the supervisor until the other end is gone.
void answer(ListenerKeeper& keeper, SocketChannel& channel) {
  while (true) {
    auto received = channel.wait();
    if (!received || received->what != SocketChannel::Received::What::message) return;
    if (!answer_listen(keeper, channel, received->message.text)) return;
  }
}

}  // namespace

TEST_CASE("the server gets the supervisor's sockets, again after it was started again") {
  ListenerKeeper keeper;
  std::uint16_t port = 0;
  for (int start = 0; start < 2; ++start) {
    auto ends = SocketChannel::make_pair();
    REQUIRE(ends);
    std::thread supervisor([&] { answer(keeper, ends->first); });
    {
      SocketChannel server = std::move(ends->second);
      SupervisorSockets sockets(server);
      const auto fds = sockets.open(spec("127.0.0.1:0", 2));
      CHECK(fds.has_value());
      if (fds) {
        CHECK(fds->size() == 2);
        if (start == 1) CHECK(bound_address(fds->front().get()).port() == port);
        port = bound_address(fds->front().get()).port();
      }
    }
    supervisor.join();
  }
  CHECK(port != 0);
}

TEST_CASE("more sockets than one message holds come in several") {
  ListenerKeeper keeper;
  auto ends = SocketChannel::make_pair();
  REQUIRE(ends);
  std::thread supervisor([&] { answer(keeper, ends->first); });
  std::size_t count = 0;
  {
    SocketChannel server = std::move(ends->second);
    SupervisorSockets sockets(server);
    const auto fds = sockets.open(spec("127.0.0.1:0", SocketChannel::max_fds + 50));
    if (fds) count = fds->size();
  }
  supervisor.join();
  CHECK(count == SocketChannel::max_fds + 50);
}

TEST_CASE("errors come back as text, and the line stays usable") {
  ListenerKeeper keeper;
  auto ends = SocketChannel::make_pair();
  REQUIRE(ends);
  std::thread supervisor([&] { answer(keeper, ends->first); });
  Result<std::vector<UniqueFd>> refused, good;
  {
    SocketChannel server = std::move(ends->second);
    SupervisorSockets sockets(server);
    refused = sockets.open(spec("198.51.100.6:80", 1));
    good = sockets.open(spec("127.0.0.1:0", 1));
  }
  supervisor.join();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("198.51.100.6:80") != std::string::npos);
  CHECK(good);
}

TEST_CASE("a supervisor that is gone is an error, not a wait") {
  auto ends = SocketChannel::make_pair();
  REQUIRE(ends);
  { const SocketChannel gone = std::move(ends->first); }
  SupervisorSockets sockets(ends->second);
  CHECK_FALSE(sockets.open(spec("127.0.0.1:0", 1)));
}

TEST_CASE("without a supervisor the sockets are the process's own") {
  OwnSockets sockets;
  const auto fds = sockets.open(spec("127.0.0.1:0", 3));
  REQUIRE(fds);
  CHECK(fds->size() == 3);
}
