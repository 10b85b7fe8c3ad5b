// SPDX-License-Identifier: MIT
#include "app/process/parent.h"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "app/process/socket_source.h"

using namespace outrider;
using namespace outrider::app;
using std::chrono::milliseconds;
using What = SocketChannel::Received::What;

namespace {

struct Line {
  Line() : Line(*SocketChannel::make_pair()) {}
  explicit Line(std::pair<SocketChannel, SocketChannel> ends)
      : supervisor(std::move(ends.first)), server(std::move(ends.second)), parent(parent_of(server)) {}

  Message heard() {
    auto received = supervisor.receive();
    REQUIRE(received);
    return received->what == What::message ? std::move(received->message) : Message{};
  }

  SocketChannel supervisor, server;
  std::unique_ptr<Parent> parent;
};

}  // namespace

TEST_CASE("what was kept is the supervisor's first message, any bytes of it") {
  Line line;
  const std::string memo("a\0\xff", 3);
  REQUIRE(line.supervisor.send(Message::Kind::kept, memo));
  CHECK(line.parent->kept() == memo);

  Line empty;
  REQUIRE(empty.supervisor.send(Message::Kind::kept));
  CHECK(empty.parent->kept().empty());
}

TEST_CASE("the supervisor hears of everything, in order") {
  Line line;
  line.parent->notes(STDIN_FILENO);
  line.parent->keep("memo");
  line.parent->ready(milliseconds(1234), "serving; a status");
  line.parent->reloading();
  line.parent->reloaded(milliseconds(5), "");
  line.parent->heartbeat();
  line.parent->stopping();
  auto notes = line.heard();
  CHECK(notes.kind == Message::Kind::notes);
  CHECK(notes.fds.size() == 1);
  CHECK(line.heard().text == "memo");
  const auto ready = line.heard();
  CHECK(ready.kind == Message::Kind::ready);
  CHECK(ServingReport::decode(ready.text).shutdown_timeout == milliseconds(1234));
  CHECK(ServingReport::decode(ready.text).status == "serving; a status");
  CHECK(line.heard().kind == Message::Kind::reloading);
  const auto reloaded = line.heard();
  CHECK(reloaded.kind == Message::Kind::reloaded);
  CHECK(ServingReport::decode(reloaded.text).status.empty());
  CHECK(line.heard().kind == Message::Kind::heartbeat);
  CHECK(line.heard().kind == Message::Kind::stopping);
}

TEST_CASE("events: retire, the end of the supervisor, nothing") {
  Line line;
  CHECK(line.parent->pid() == ::getppid());
  CHECK(line.parent->fd() == line.server.fd());
  CHECK(line.parent->next_event() == Parent::Event::none);
  REQUIRE(line.supervisor.send(Message::Kind::retire));
  CHECK(line.parent->next_event() == Parent::Event::retire);
  CHECK(line.parent->next_event() == Parent::Event::none);
  { const SocketChannel gone = std::move(line.supervisor); }
  CHECK(line.parent->next_event() == Parent::Event::gone);
  CHECK(line.parent->next_event() == Parent::Event::gone);
  // Nothing of this waits or throws.
  line.parent->keep("memo");
  line.parent->heartbeat();
  CHECK(line.parent->kept().empty());
}

TEST_CASE("a supervisor that does not read for a while loses heartbeats alone") {
  Line line;
  for (int count = 0; count < 10'000; ++count) line.parent->heartbeat();
  line.parent->keep("old memo");
  line.parent->reloaded(milliseconds(1), "reloaded");
  line.parent->keep("new memo");
  for (int count = 0; count < 100; ++count) line.parent->heartbeat();
  std::string memo;
  bool reloaded = false;
  for (int turn = 0; turn < 2; ++turn) {
    for (Message message = line.heard(); message.kind != Message::Kind{}; message = line.heard()) {
      if (message.kind == Message::Kind::keep) memo = message.text;
      if (message.kind == Message::Kind::reloaded) reloaded = true;
    }
    line.parent->heartbeat();
  }
  CHECK(memo == "new memo");
  CHECK(reloaded);
}

TEST_CASE("a retirement that comes before the answer to a request for sockets is not taken for it") {
  Line line;
  ListenerKeeper keeper;
  REQUIRE(line.supervisor.send(Message::Kind::retire));
  std::thread supervisor([&] {
    const auto asked = line.supervisor.wait();
    (void)answer_listen(keeper, line.supervisor, asked->message.text);
    (void)line.supervisor.send(Message::Kind::retire);
  });
  SupervisorSockets sockets(line.server);
  ListenSpec spec;
  spec.address = *Address::parse("127.0.0.1:0");
  const auto fds = sockets.open(spec);
  supervisor.join();
  REQUIRE(fds);
  CHECK(fds->size() == 1);
  CHECK(line.parent->next_event() == Parent::Event::retire);
}

TEST_CASE("a listener that is forgotten is named to the supervisor, and closed on return") {
  Line line;
  ListenSpec spec;
  spec.address = *Address::parse("127.0.0.1:81");
  std::string asked;
  std::atomic<bool> closed{false};
  std::thread supervisor([&] {
    asked = line.supervisor.wait()->message.text;
    std::this_thread::sleep_for(milliseconds(20));
    closed = true;
    (void)line.supervisor.send(Message::Kind::forgotten);
  });
  SupervisorSockets sockets(line.server);
  sockets.forget(spec);
  CHECK(closed);
  supervisor.join();
  REQUIRE(ListenSpec::decode(asked));
  CHECK(ListenSpec::decode(asked)->key() == spec.key());
  // One that is gone keeps nobody waiting.
  { const SocketChannel gone = std::move(line.supervisor); }
  sockets.forget(spec);
}

TEST_CASE("a report is cut to what fits, and nonsense keeps the default") {
  const ServingReport longest{milliseconds(7), std::string(100'000, 'x')};
  CHECK(longest.encode().size() == SocketChannel::max_text);
  CHECK(ServingReport::decode(longest.encode()).shutdown_timeout == milliseconds(7));
  CHECK(ServingReport::decode("").shutdown_timeout == milliseconds(30'000));
  CHECK(ServingReport::decode("soon").shutdown_timeout == milliseconds(30'000));
  CHECK(ServingReport::decode("-5").shutdown_timeout == milliseconds(30'000));
}
