// SPDX-License-Identifier: MIT
// One frontend leaves, another one comes: what becomes of the connections in between.
#include <catch2/catch.hpp>

#include <filesystem>

#include "unit/http/frontend_rig.h"

using namespace outrider;
using namespace outrider::http::test;
using namespace std::chrono_literals;

namespace {

const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0);
// :method POST, :scheme http, :path /, :authority a
const std::string post_head(
    "\x83\x86\x84\x41\x01"
    "a",
    6);
const std::string get_head(
    "\x82\x86\x84\x41\x01"
    "a",
    6);

/// The frames of a type within `bytes`, as their payloads.
std::vector<std::string> frames(std::string_view bytes, unsigned type) {
  std::vector<std::string> found;
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  while (bytes.size() >= 9) {
    const std::size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
    if (bytes.size() < 9 + size) break;
    if (byte(3) == type) found.emplace_back(bytes.substr(9, size));
    bytes.remove_prefix(9 + size);
  }
  return found;
}

constexpr unsigned headers_frame = 1, goaway_frame = 7;

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("new connections are served by the frontend that took the listener over") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, socket);
  WebClient kept(socket.port);
  CHECK_THAT(kept.get("/page"), Catch::EndsWith("old"));
  CHECK(rig.connections(*old) == 1);

  auto fresh = rig.frontend(rig.config("new"));
  rig.replace(*old, *fresh);
  CHECK_THAT(WebClient(socket.port).get("/page"), Catch::EndsWith("new"));
  CHECK(kept.closes());  // it waited for nothing
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
  CHECK_THAT(WebClient(socket.port).get("/page"), Catch::EndsWith("new"));
  rig.on_loop([&] { fresh->drain(http::Leave::soon); });
  CHECK(rig.wait_for([&] { return fresh->drained(); }));
  rig.destroy(fresh);
  CHECK(rig.counters.connections == 0);
}

TEST_CASE("a frontend without listeners and connections is drained at once") {
  Rig rig;
  auto frontend = rig.frontend(rig.config(""));
  rig.on_loop([&] {
    CHECK_FALSE(frontend->drained());
    frontend->drain(http::Leave::soon);
    CHECK(frontend->drained());
    frontend.reset();
  });
}

TEST_CASE("an HTTP/1 request that has begun is answered by the old frontend, which then closes") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, socket);
  WebClient slow(socket.port);
  CHECK_THAT(slow.get("/page"), Catch::EndsWith("old"));
  slow.send("GET /page HTTP/1.1\r\nHost: a");
  auto fresh = rig.frontend(rig.config("new"));
  std::this_thread::sleep_for(50ms);
  rig.replace(*old, *fresh);
  std::this_thread::sleep_for(1500ms);
  slow.send(".example\r\n\r\n");
  const std::string answer = slow.read_until("old");
  CHECK_THAT(answer, Catch::EndsWith("old"));
  CHECK_THAT(answer, Catch::Contains("connection: close", Catch::CaseSensitive::No));
  CHECK(slow.closes());
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
  rig.destroy(fresh);
}

TEST_CASE("what waits in the socket of a listener that is gone is still served, then nobody") {
  Rig rig;
  std::optional<ServerSocket> socket(std::in_place);
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, *socket);
  auto config = rig.config("new");
  config.listen.clear();
  auto fresh = rig.frontend(std::move(config));
  std::optional<WebClient> waiting;
  rig.on_loop([&] {
    waiting.emplace(socket->port);  // the loop cannot accept it before this returns
    fresh->take_over(*old, {std::nullopt});
    old->drain(http::Leave::soon);
    CHECK(old->connections() == 1);
  });
  const std::uint16_t port = socket->port;
  socket.reset();
  CHECK_THROWS(WebClient(port));
  const std::string answer = waiting->get("/page");
  CHECK_THAT(answer, Catch::EndsWith("old"));
  CHECK(waiting->closes());
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
  rig.destroy(fresh);
}

TEST_CASE("HTTP/2 hears GOAWAY twice and ends when nothing is open") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, socket);
  WebClient client(socket.port);
  client.send(preface + frame(1, 5, 1, get_head));
  CHECK(rig.wait_for([&] { return old->connections() == 1; }));
  client.read_for(200ms);
  rig.on_loop([&] { old->drain(http::Leave::soon); });
  const auto first = frames(client.read_for(500ms), goaway_frame);
  REQUIRE(first.size() == 1);
  CHECK(first[0].substr(0, 8) == std::string("\x7f\xff\xff\xff\0\0\0\0", 8));
  // Within the second between the two a request is still served.
  client.send(frame(1, 5, 3, get_head));
  const std::string rest = client.read_for(2000ms);
  CHECK(frames(rest, headers_frame).size() == 1);
  const auto last = frames(rest, goaway_frame);
  REQUIRE(last.size() == 1);
  CHECK(last[0].substr(0, 8) == std::string("\0\0\0\3\0\0\0\0", 8));
  CHECK(client.closes());
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
}

TEST_CASE("an upload over HTTP/2 is not cut by draining") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, socket);
  WebClient client(socket.port);
  client.send(preface + frame(1, 4, 1, post_head) + frame(0, 0, 1, "half of"));
  client.read_for(200ms);
  rig.on_loop([&] { old->drain(http::Leave::soon); });
  CHECK(frames(client.read_for(2500ms), goaway_frame).size() == 1);
  CHECK(rig.connections(*old) == 1);
  client.send(frame(0, 1, 1, " it"));
  const std::string rest = client.read_for(1000ms);
  CHECK(frames(rest, headers_frame).size() == 1);
  CHECK(frames(rest, goaway_frame).size() == 1);
  CHECK(client.closes());
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
}

TEST_CASE("a connection that turns to HTTP/2 while its frontend drains is told so, too") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, socket);
  WebClient client(socket.port);
  CHECK(rig.wait_for([&] { return old->connections() == 1; }));
  rig.on_loop([&] { old->drain(http::Leave::soon); });
  client.send(preface + frame(1, 5, 1, get_head));
  const std::string bytes = client.read_for(2500ms);
  CHECK(frames(bytes, headers_frame).size() == 1);
  CHECK(frames(bytes, goaway_frame).size() == 2);
  CHECK(client.closes());
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
}

TEST_CASE("an HTTP/1 connection that waits for nothing may be used once more, but not for ever") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, socket);
  WebClient used(socket.port), idle(socket.port), spare(socket.port);
  used.get("/page");
  idle.get("/page");
  CHECK(rig.wait_for([&] { return old->connections() == 3; }));
  const auto begun = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::steady_clock::now() - begun; };
  rig.on_loop([&] { old->drain(http::Leave::gently); });
  std::this_thread::sleep_for(2s);
  CHECK(rig.connections(*old) == 3);
  CHECK_THAT(used.get("/page"), Catch::Contains("connection: close", Catch::CaseSensitive::No));
  CHECK(used.closes());
  SECTION("it ends by itself") {
    CHECK(idle.closes());
    CHECK(spare.closes());
    CHECK(passed() > 4900ms);
    CHECK(passed() < 6500ms);
  }
  SECTION("or when there is a hurry") {
    rig.on_loop([&] { old->drain(http::Leave::soon); });
    CHECK(idle.closes());
    CHECK(spare.closes());
    CHECK(passed() < 4s);
  }
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
}

TEST_CASE("close_all ends what draining leaves alone") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, socket);
  WebClient upload(socket.port), half(socket.port);
  upload.send(preface + frame(1, 4, 1, post_head));
  half.send("GET /pa");
  CHECK(rig.wait_for([&] { return old->connections() == 2; }));
  std::this_thread::sleep_for(50ms);
  rig.on_loop([&] { old->drain(http::Leave::soon); });
  std::this_thread::sleep_for(1500ms);
  CHECK(rig.connections(*old) == 2);
  rig.on_loop([&] { old->close_all(); });
  CHECK(upload.closes());
  CHECK(half.closes());
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
}

TEST_CASE("a hundred old frontends live beside the new one and leave nothing behind") {
  Rig rig;
  const ServerSocket socket;
  const std::size_t before = open_descriptors();
  std::vector<std::unique_ptr<http::Frontend>> all;
  std::vector<std::unique_ptr<WebClient>> clients;
  for (int i = 0; i != 100; ++i) {
    auto next = rig.frontend(rig.config(std::to_string(i)));
    if (all.empty()) {
      rig.listen(*next, socket);
    } else {
      rig.replace(*all.back(), *next);
    }
    all.push_back(std::move(next));
    clients.push_back(std::make_unique<WebClient>(socket.port));
    clients.back()->send(preface + frame(1, 4, 1, post_head));
    CHECK(rig.wait_for([&] { return all.back()->connections() == 1; }));
  }
  CHECK(rig.wait_for([&] { return rig.counters.streams == 100; }));
  CHECK_THAT(WebClient(socket.port).get("/page"), Catch::EndsWith("99"));
  clients.clear();
  for (auto& frontend : all) {
    CHECK(rig.wait_for([&] { return frontend->connections() == 0; }));
    rig.destroy(frontend);
  }
  CHECK(rig.counters.streams == 0);
  CHECK(rig.counters.connections == 0);
  CHECK(rig.wait_for([&] { return open_descriptors() <= before; }));
}

TEST_CASE("the health path says what it is told, also where a reload made the frontend drain") {
  Rig rig;
  const ServerSocket socket;
  auto old = rig.frontend(rig.config("old"));
  rig.listen(*old, socket);
  WebClient kept(socket.port);
  CHECK_THAT(kept.get("/health"), Catch::StartsWith("HTTP/1.1 200"));
  kept.send("GET /health HTTP/1.1\r\nHost: a");
  std::this_thread::sleep_for(50ms);
  auto fresh = rig.frontend(rig.config("new"));
  rig.replace(*old, *fresh);
  kept.send("\r\n\r\n");
  CHECK_THAT(kept.read_until("\r\n\r\n"), Catch::StartsWith("HTTP/1.1 200"));
  rig.healthy = false;
  CHECK_THAT(WebClient(socket.port).get("/health"), Catch::StartsWith("HTTP/1.1 503"));
  CHECK(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
  CHECK(rig.wait_for([&] { return fresh->connections() == 0; }));
  rig.destroy(fresh);
}
