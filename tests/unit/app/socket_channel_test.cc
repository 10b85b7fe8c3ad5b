// SPDX-License-Identifier: MIT
#include "app/process/socket_channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::app;
using What = SocketChannel::Received::What;

TEST_CASE("a message arrives whole, with working descriptors that do not leak through exec") {
  auto ends = SocketChannel::make_pair();
  REQUIRE(ends);
  int pipe_fds[2];
  REQUIRE(::pipe(pipe_fds) == 0);
  const UniqueFd reading(pipe_fds[0]), writing(pipe_fds[1]);
  const std::string text("a\0b", 3);
  REQUIRE(ends->first.send(Message::Kind::sockets, text, {writing.get(), writing.get()}));

  auto received = ends->second.wait();
  REQUIRE(received);
  REQUIRE(received->what == What::message);
  CHECK(received->message.kind == Message::Kind::sockets);
  CHECK(received->message.text == text);
  REQUIRE(received->message.fds.size() == 2);
  CHECK((::fcntl(received->message.fds[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(::write(received->message.fds[1].get(), "x", 1) == 1);
  char byte = 0;
  CHECK(::read(reading.get(), &byte, 1) == 1);
  CHECK(byte == 'x');
}

TEST_CASE("messages keep their bounds and their order") {
  auto ends = SocketChannel::make_pair();
  REQUIRE(ends);
  REQUIRE(ends->first.send(Message::Kind::heartbeat));
  REQUIRE(ends->first.send(Message::Kind::ready, "30000"));
  CHECK(ends->second.receive()->message.kind == Message::Kind::heartbeat);
  auto second = ends->second.receive();
  CHECK(second->message.kind == Message::Kind::ready);
  CHECK(second->message.text == "30000");
  CHECK(ends->second.receive()->what == What::nothing);
}

TEST_CASE("the largest message fits") {
  auto ends = SocketChannel::make_pair();
  REQUIRE(ends);
  const std::string text(SocketChannel::max_text, 'x');
  REQUIRE(ends->first.send(Message::Kind::refused, text, std::vector<int>(SocketChannel::max_fds, 0)));
  auto received = ends->second.wait();
  REQUIRE(received);
  CHECK(received->message.text == text);
  CHECK(received->message.fds.size() == SocketChannel::max_fds);
}

TEST_CASE("an end that is gone shows in both directions") {
  auto ends = SocketChannel::make_pair();
  REQUIRE(ends);
  REQUIRE(ends->first.send(Message::Kind::ready));
  { const SocketChannel gone = std::move(ends->first); }
  CHECK(ends->second.wait()->message.kind == Message::Kind::ready);
  CHECK(ends->second.wait()->what == What::closed);
  CHECK(ends->second.receive()->what == What::closed);
  const auto sent = ends->second.send(Message::Kind::heartbeat);
  REQUIRE_FALSE(sent);
  CHECK(sent.error().message.find("Broken pipe") != std::string::npos);
}

TEST_CASE("an end that does not read never blocks the sender") {
  auto ends = SocketChannel::make_pair();
  REQUIRE(ends);
  bool failed = false;
  for (int count = 0; count < 100'000 && !failed; ++count) failed = !ends->first.send(Message::Kind::heartbeat);
  CHECK(failed);
}
