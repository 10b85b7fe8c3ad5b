// SPDX-License-Identifier: MIT
#include "app/process/handover.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace outrider;
using namespace outrider::app;

namespace {

/// A descriptor that take() may own.
int some_fd() {
  return ::fcntl(STDIN_FILENO, F_DUPFD, 50);
}

Handover sample() {
  HeldListener tcp;
  tcp.key = "[::]:443#0";
  tcp.address = *Address::parse("[::]:443");
  tcp.passed = true;
  tcp.asked = false;
  tcp.fds = {11, 12};
  HeldListener unix_socket;
  unix_socket.address = *Address::parse("unix:/run/\xff\xc3\xa4.sock");
  unix_socket.key = unix_socket.address.text() + "#0";
  unix_socket.fds = {13};
  unix_socket.device = 5;
  unix_socket.inode = 1'234'567'890'123;
  Handover::Server server;
  server.pid = 4711;
  server.role = ServerProcess::Role::retired;
  server.ready = true;
  server.line = 14;
  server.shutdown_timeout = std::chrono::milliseconds(90'000);
  server.listens = {tcp.key, unix_socket.key};
  Handover handover;
  handover.listeners = {tcp, unix_socket};
  handover.servers = {server};
  handover.memo = std::string("off\0\x80\"\\\n", 8);
  handover.status = "serving";
  handover.binary = "/usr/bin/outrider";
  handover.old_binary = 15;
  return handover;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("a handover survives being written down") {
  const auto read = Handover::decode(sample().encode());
  REQUIRE(read);
  REQUIRE(read->listeners.size() == 2);
  CHECK(read->listeners[0].key == "[::]:443#0");
  CHECK(read->listeners[0].address.text() == "[::]:443");
  CHECK(read->listeners[0].passed);
  CHECK_FALSE(read->listeners[0].asked);
  CHECK(read->listeners[0].fds == std::vector<int>{11, 12});
  CHECK(read->listeners[1].address.text() == "unix:/run/\xff\xc3\xa4.sock");
  CHECK(read->listeners[1].key == read->listeners[1].address.text() + "#0");
  CHECK(read->listeners[1].device == 5);
  CHECK(read->listeners[1].inode == 1'234'567'890'123);
  REQUIRE(read->servers.size() == 1);
  CHECK(read->servers[0].pid == 4711);
  CHECK(read->servers[0].role == ServerProcess::Role::retired);
  CHECK(read->servers[0].ready);
  CHECK(read->servers[0].line == 14);
  CHECK(read->servers[0].notes == -1);
  CHECK(read->servers[0].shutdown_timeout == std::chrono::milliseconds(90'000));
  CHECK(read->servers[0].listens == sample().servers[0].listens);
  CHECK(read->memo == sample().memo);
  CHECK(read->status == "serving");
  CHECK(read->binary == "/usr/bin/outrider");
  CHECK(read->descriptors() == std::vector<int>{11, 12, 13, 14, 15});
}

TEST_CASE("garbage and other formats are refused with a reason") {
  const std::string good = sample().encode();
  CHECK_FALSE(Handover::decode(""));
  CHECK_FALSE(Handover::decode("null"));
  CHECK_FALSE(Handover::decode("[1]"));
  CHECK_FALSE(Handover::decode(good.substr(0, good.size() / 2)));
  const auto other =
      Handover::decode(replaced(good, "\"version\":" + std::to_string(Handover::version), "\"version\":999"));
  REQUIRE_FALSE(other);
  CHECK(other.error().message == "format 999, and this program reads " + std::to_string(Handover::version));
  CHECK_FALSE(Handover::decode(replaced(good, "\"memo\":", "\"nemo\":")));
  CHECK_FALSE(Handover::decode(replaced(good, "4711", "1")));
  CHECK_FALSE(Handover::decode(replaced(good, "4711", "\"4711\"")));
  CHECK_FALSE(Handover::decode(replaced(good, "retired", "tired")));
  CHECK_FALSE(Handover::decode(replaced(good, "[11,12]", "[]")));
  CHECK_FALSE(Handover::decode(replaced(good, "[11,12]", "[11,-12]")));
  CHECK_FALSE(Handover::decode(replaced(good, "off", "o\xe2\x82\xac")));
}

TEST_CASE("the environment names what is taken, once") {
  ::unsetenv(Handover::variable);
  const auto nothing = Handover::take();
  REQUIRE(nothing);
  CHECK_FALSE(*nothing);

  Handover handover;
  HeldListener listener;
  listener.address = *Address::parse("127.0.0.1:80");
  listener.key = "127.0.0.1:80#0";
  listener.fds = {some_fd()};
  handover.listeners = {listener};
  auto memory = handover.write();
  REQUIRE(memory);
  const int number = memory->release();
  CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) == 0);
  ::setenv(Handover::variable, std::to_string(number).c_str(), 1);
  const auto taken = Handover::take();
  REQUIRE(taken);
  REQUIRE(*taken);
  CHECK((*taken)->listeners[0].fds == listener.fds);
  CHECK((::fcntl(listener.fds[0], F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(::fcntl(number, F_GETFD) < 0);
  CHECK(::getenv(Handover::variable) == nullptr);
  ::close(listener.fds[0]);
}

TEST_CASE("an environment that names nothing of use is an error") {
  const auto refused = [](const std::string& value) {
    ::setenv(Handover::variable, value.c_str(), 1);
    const auto taken = Handover::take();
    CHECK(::getenv(Handover::variable) == nullptr);
    return taken ? "" : taken.error().message;
  };
  CHECK(refused("").find("OUTRIDER_HANDOVER= cannot be read: no number") != std::string::npos);
  CHECK(refused("seven").find("OUTRIDER_HANDOVER=seven cannot be read: no number") != std::string::npos);
  CHECK(refused("2").find("no number") != std::string::npos);
  CHECK(refused("987").find("Bad file descriptor") != std::string::npos);
  CHECK_FALSE(refused(std::to_string(::open("/dev/null", O_RDONLY))).empty());

  Handover handover;
  handover.old_binary = 986;
  CHECK(refused(std::to_string(handover.write()->release())).find("descriptor 986 is not open") != std::string::npos);
  const int fd = some_fd();
  Handover::Server server;
  server.pid = 4711;
  server.line = server.notes = fd;
  handover.old_binary = -1;
  handover.servers = {server};
  CHECK(refused(std::to_string(handover.write()->release())).find("is named twice") != std::string::npos);
  ::close(fd);
}
