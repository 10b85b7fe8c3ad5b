// SPDX-License-Identifier: MIT
// Upstreams across configurations: their connections and their health stay, and what is under way goes on.
#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/http/frontend_rig.h"

using namespace outrider;
using namespace outrider::http::test;
using namespace std::chrono_literals;

namespace {

config::Upstream upstream_at(std::uint16_t port) {
  config::Upstream upstream;
  config::UpstreamServer server;
  server.text = "http://127.0.0.1:" + std::to_string(port);
  server.host = "127.0.0.1";
  server.port = port;
  upstream.servers.push_back(server);
  return upstream;
}

config::Config proxying(Rig& rig, const config::Upstream& upstream) {
  auto config = rig.config("");
  config::Proxy proxy;
  proxy.upstream = upstream;
  config.sites[0].routes[0].action = proxy;
  return config;
}

const std::string head_only = "\r\n\r\n";

}  // namespace

TEST_CASE("a new configuration goes on with the connections to an upstream that it has in common") {
  Rig rig;
  const ServerSocket socket, app;
  auto old = rig.frontend(proxying(rig, upstream_at(app.port)));
  rig.listen(*old, socket);
  WebClient first(socket.port);
  first.send("GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n");
  WebClient at_app(app.accept());
  CHECK_THAT(at_app.read_until(head_only), Catch::StartsWith("GET /a "));
  at_app.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
  CHECK_THAT(first.read_until("one"), Catch::EndsWith("one"));
  REQUIRE(rig.wait_for([&] { return rig.upstreams->size() == 1; }));

  auto fresh = rig.frontend(proxying(rig, upstream_at(app.port)));
  rig.replace(*old, *fresh);
  REQUIRE(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
  rig.on_loop([&] { CHECK(rig.upstreams->size() == 1); });
  WebClient second(socket.port);
  second.send("GET /b HTTP/1.1\r\nHost: a.example\r\n\r\n");
  CHECK_THAT(at_app.read_until(head_only), Catch::StartsWith("GET /b "));  // on the same connection
  at_app.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
  CHECK_THAT(second.read_until("two"), Catch::EndsWith("two"));

  rig.on_loop([&] { fresh->drain(http::Leave::soon); });
  REQUIRE(rig.wait_for([&] { return fresh->drained(); }));
  rig.destroy(fresh);
  CHECK(at_app.closes());  // nobody uses it any more
  rig.on_loop([&] { CHECK(rig.upstreams->size() == 0); });
  CHECK(rig.counters.upstream_connections == 0);
}

TEST_CASE("routes share an upstream if they name it alike") {
  Rig rig;
  auto config = proxying(rig, upstream_at(1));
  config.sites[0].routes.push_back(config.sites[0].routes[0]);
  auto other = upstream_at(1);
  other.read_timeout_ms += 1;
  config::Route third = config.sites[0].routes[0];
  std::get<config::Proxy>(third.action).upstream = other;
  config.sites[0].routes.push_back(third);
  config::FastCgi fastcgi;
  fastcgi.upstream = upstream_at(1);
  fastcgi.root = "/";
  third.action = fastcgi;  // what is spoken on its connections is not HTTP
  config.sites[0].routes.push_back(third);
  auto frontend = rig.frontend(config);
  rig.on_loop([&] { CHECK(rig.upstreams->size() == 3); });
  rig.destroy(frontend);
  rig.on_loop([&] { CHECK(rig.upstreams->size() == 0); });
}

TEST_CASE("what an upstream is answering and a WebSocket go on while the frontend drains") {
  Rig rig;
  const ServerSocket socket, app;
  auto old = rig.frontend(proxying(rig, upstream_at(app.port)));
  rig.listen(*old, socket);
  WebClient download(socket.port);
  download.send("GET /long HTTP/1.1\r\nHost: a.example\r\n\r\n");
  WebClient sending(app.accept());
  sending.read_until(head_only);
  sending.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
  CHECK_THAT(download.read_until("half"), Catch::EndsWith("half"));

  WebClient websocket(socket.port);
  websocket.send(
      "GET /socket HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n");
  WebClient other_end(app.accept());
  other_end.read_until(head_only);
  other_end.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
  CHECK_THAT(websocket.read_until(head_only), Catch::StartsWith("HTTP/1.1 101"));

  auto fresh = rig.frontend(proxying(rig, upstream_at(app.port)));
  rig.replace(*old, *fresh);
  std::this_thread::sleep_for(1500ms);
  CHECK(rig.connections(*old) == 2);
  sending.send("done");
  CHECK_THAT(download.read_until("done"), Catch::EndsWith("done"));
  CHECK(download.closes());
  websocket.send("ping");
  CHECK(other_end.read_until("ping") == "ping");
  other_end.send("pong");
  CHECK(websocket.read_until("pong") == "pong");
  rig.on_loop([&] { CHECK_FALSE(old->drained()); });

  SECTION("until one end closes") {
    other_end = WebClient(UniqueFd());
  }
  SECTION("or somebody's deadline") {
    rig.on_loop([&] { old->close_all(); });
  }
  CHECK(websocket.closes());
  REQUIRE(rig.wait_for([&] { return old->drained(); }));
  rig.destroy(old);
  rig.destroy(fresh);
  CHECK(rig.counters.connections == 0);
}

TEST_CASE("close_all ends requests whose upstream does not answer") {
  Rig rig;
  const ServerSocket socket, app;
  auto old = rig.frontend(proxying(rig, upstream_at(app.port)));
  rig.listen(*old, socket);
  WebClient waiting(socket.port), halfway(socket.port);
  waiting.send("GET /waiting HTTP/1.1\r\nHost: a.example\r\n\r\n");
  WebClient silent(app.accept());
  silent.read_until(head_only);
  halfway.send("GET /halfway HTTP/1.1\r\nHost: a.example\r\n\r\n");
  WebClient stalled(app.accept());
  stalled.read_until(head_only);
  stalled.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
  CHECK_THAT(halfway.read_until("half"), Catch::EndsWith("half"));
  rig.on_loop([&] { old->drain(http::Leave::gently); });
  std::this_thread::sleep_for(300ms);
  CHECK(rig.connections(*old) == 2);

  const auto begun = std::chrono::steady_clock::now();
  rig.on_loop([&] { old->close_all(); });
  CHECK(silent.closes());
  CHECK(stalled.closes());
  CHECK(waiting.closes());
  CHECK(halfway.closes());
  REQUIRE(rig.wait_for([&] { return old->drained(); }));
  CHECK(std::chrono::steady_clock::now() - begun < 2s);
  auto lines = rig.notes.lines(2);
  std::sort(lines.begin(), lines.end());
  CHECK(lines == std::vector<std::string>{"GET /halfway 200", "GET /waiting 503"});
  CHECK(rig.counters.requests == 0);
  CHECK(rig.counters.upstream_connections == 0);
  rig.destroy(old);
}
