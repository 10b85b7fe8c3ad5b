// SPDX-License-Identifier: MIT
// What a frontend learns of how long pages take and how large they are, and of whose answers.
#include <catch2/catch.hpp>
#include <string>

#include "unit/http/frontend_rig.h"

using namespace outrider;
using namespace outrider::http::test;

namespace {

/// A frontend before an application that a test plays, and a page that is known, of which nothing is known yet.
struct Site {
  Site() {
    config::Config config = rig.config("");
    config::UpstreamServer server;
    server.text = "http://127.0.0.1:" + std::to_string(app.port);
    server.host = "127.0.0.1";
    server.port = app.port;
    config::Proxy proxy;
    proxy.upstream.servers.push_back(server);
    config.sites[0].routes[0].action = proxy;
    frontend = rig.frontend(std::move(config));
    rig.listen(*frontend, socket);
    rig.on_loop([&] { rig.knowledge.pages.at(host, "/page"); });
  }
  ~Site() {
    rig.on_loop([&] { frontend->drain(http::Leave::soon); });
    CHECK(rig.wait_for([&] { return frontend->drained(); }));
    rig.destroy(frontend);
  }

  /// One visit; the client's connection is over, and so is all that there was to do for it.
  void visit(const std::string& authority, const std::string& fields, const std::string& body) {
    WebClient client(socket.port);
    client.send("GET /page HTTP/1.1\r\nConnection: close\r\nHost: " + authority + "\r\n" + fields + "\r\n");
    WebClient at_app(app.accept());
    at_app.read_until("\r\n\r\n");
    at_app.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    CHECK_THAT(client.read_until(body), Catch::EndsWith(body));
    CHECK(client.closes());
    CHECK(rig.wait_for([&] { return frontend->connections() == 0; }));
  }
  push::PageFacts facts() {
    push::PageFacts facts;
    rig.on_loop([&] { facts = *rig.knowledge.pages.find(host, "/page"); });
    return facts;
  }

  static constexpr push::SchemeHost host{"a.example", false};
  Rig rig;
  const ServerSocket socket, app;
  std::unique_ptr<http::Frontend> frontend;
};

}  // namespace

TEST_CASE("how long a page takes, and how large it is, is learned from anybody who asks for it alone") {
  Site site;
  const std::string fields = GENERATE("", "Cookie: a=b\r\n", "X-Requested-With: x\r\n");
  site.visit("a.example", fields, "page");
  CHECK(site.facts().think_time());
  CHECK(site.facts().bytes() == 4u);
}

TEST_CASE("who says what is asked for in fields of their own teaches neither") {
  Site site;
  const std::string fields =
      GENERATE("X-Original-URL: /tiny\r\n", "X-Script-Name: /x\r\nCookie: a=b\r\n", "X-Envoy-Original-Path: /x\r\n",
               "Client-IP: 192.0.2.1\r\n", "X-HTTP-Method-Override: HEAD\r\n");
  site.visit("a.example", fields, "other");
  CHECK_FALSE(site.facts().think_time());
  CHECK_FALSE(site.facts().bytes());
}

TEST_CASE("who makes up a port teaches nothing of the usual one") {
  Site site;
  site.visit("a.example:81", {}, "other");
  CHECK_FALSE(site.facts().think_time());
  CHECK_FALSE(site.facts().bytes());
  site.visit("a.example:80", {}, "page");
  CHECK(site.facts().think_time());
  CHECK(site.facts().bytes() == 4u);
}
