// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "config/server_url.h"
#include "unit/config/tree.h"

using namespace outrider;
using namespace outrider::config;
using namespace outrider::config::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace {

std::string http_problem(std::string_view text) {
  const auto url = parse_http_server(text);
  return url ? "" : url.error().message;
}

std::string fastcgi_problem(std::string_view text) {
  const auto server = parse_fastcgi_server(text);
  return server ? "" : server.error().message;
}

}  // namespace

TEST_CASE("servers of a proxy are http URLs") {
  const auto plain = parse_http_server("http://App.Internal:3000");
  REQUIRE(plain);
  CHECK(plain->server.text == "http://App.Internal:3000");
  CHECK(plain->server.host == "app.internal");
  CHECK(plain->server.port == 3000);
  CHECK(plain->path.empty());
  CHECK(parse_http_server("http://app")->server.port == 80);
  CHECK(parse_http_server("HTTP://app/")->path.empty());
  CHECK(parse_http_server("http://app/v1/")->path == "/v1");
  CHECK(parse_http_server("http://[2001:db8::1]:81/v1")->server.host == "2001:db8::1");
  CHECK(parse_http_server("http://[::1]")->server.port == 80);
  CHECK(parse_http_server("http://unix:/run/app.sock")->server.unix_path == "/run/app.sock");
  CHECK(parse_http_server("http://unix:/run/app.sock")->server.host.empty());
}

TEST_CASE("what is no http URL says why") {
  CHECK(http_problem("127.0.0.1:3000") == "\"127.0.0.1:3000\" is no URL; did you mean \"http://127.0.0.1:3000\"?");
  CHECK(http_problem("unix:/run/x") == "\"unix:/run/x\" is no URL; did you mean \"http://unix:/run/x\"?");
  CHECK(http_problem("not a url") == "\"not a url\" is no URL");
  CHECK_THAT(http_problem("https://app"), Contains("over http:// alone, not https://"));
  CHECK_THAT(http_problem("ws://app"), Contains("the scheme is http, not ws"));
  CHECK_THAT(http_problem("http://"), Contains("is empty"));
  CHECK_THAT(http_problem("http://:80"), Contains("is empty"));
  CHECK_THAT(http_problem("http://app:"), Contains("\"\" is no port"));
  CHECK_THAT(http_problem("http://app:0"), Contains("a number from 1 to 65535"));
  CHECK_THAT(http_problem("http://app:65536"), Contains("\"65536\" is no port"));
  CHECK_THAT(http_problem("http://app:8o"), Contains("\"8o\" is no port"));
  CHECK_THAT(http_problem("http://u:p@app"), Contains("no user or password"));
  CHECK_THAT(http_problem("http://app?x"), Contains("no query"));
  CHECK_THAT(http_problem("http://app/a b"), Contains("percent-encoded"));
  CHECK_THAT(http_problem("http://::1:80"), Contains("\"::1\""));
  CHECK_THAT(http_problem("http://[::1:80"), Contains("is no IPv6 address in brackets"));
  CHECK_THAT(http_problem("http://*.app"), Contains("is a wildcard"));
  CHECK_THAT(http_problem("http://unix:"), Contains("wants a path"));
  CHECK_THAT(http_problem("http://unix:run/x"), Contains("begins with \"/\""));
}

TEST_CASE("servers of FastCGI are sockets or addresses with a port") {
  CHECK(parse_fastcgi_server("unix:/run/php.sock")->unix_path == "/run/php.sock");
  CHECK(parse_fastcgi_server("127.0.0.1:9000")->port == 9000);
  CHECK(parse_fastcgi_server("[::1]:9000")->host == "::1");
  CHECK(parse_fastcgi_server("php.internal:9000")->text == "php.internal:9000");
  CHECK_THAT(fastcgi_problem("127.0.0.1"), Contains("has no port"));
  CHECK_THAT(fastcgi_problem("fcgi://127.0.0.1:9000"), Contains("did you mean \"127.0.0.1:9000\"?"));
  CHECK_THAT(fastcgi_problem("/run/php.sock"), Contains("has no port"));
  CHECK_THAT(fastcgi_problem(""), Contains("has no port"));
}

TEST_CASE("a proxy is a URL or a table of servers and limits") {
  const Folder folder;
  const auto short_form = std::get<Proxy>(folder.read_route("{ proxy = \"http://app:81/v1\" }").action);
  CHECK(short_form.upstream.servers.at(0).host == "app");
  CHECK(short_form.path_prefix == "/v1");
  CHECK(short_form.websocket);

  const Upstream standard;
  CHECK(short_form.upstream.connect_timeout_ms == standard.connect_timeout_ms);
  CHECK(short_form.upstream.first_byte_timeout_ms == standard.first_byte_timeout_ms);
  CHECK(short_form.upstream.read_timeout_ms == standard.read_timeout_ms);
  CHECK(short_form.upstream.keepalive_timeout_ms == standard.keepalive_timeout_ms);
  CHECK(short_form.upstream.keepalive_connections == standard.keepalive_connections);
  CHECK(short_form.upstream.max_failures == standard.max_failures);
  CHECK(short_form.upstream.rest_ms == standard.rest_ms);
  CHECK(short_form.upstream.max_head_bytes == standard.max_head_bytes);
  CHECK(short_form.websocket_idle_timeout_ms == Proxy().websocket_idle_timeout_ms);

  const Route route = folder.read_route(
      R"({ strip_prefix = true, max_body_bytes = 1000, proxy = { servers = { "http://a:1", "http://unix:app.sock" },
    connect_timeout_ms = 1, first_byte_timeout_ms = 2, read_timeout_ms = 3, keepalive_timeout_ms = 4, keepalive_connections = 0,
    max_failures = 6, rest_ms = 7, max_head_bytes = 8192, websocket = false, websocket_idle_timeout_ms = 9 } })",
      "/x/");
  const auto proxy = std::get<Proxy>(route.action);
  CHECK(route.strip_prefix);
  CHECK(route.max_body_bytes == 1000);
  CHECK(proxy.upstream.servers.at(1).unix_path == folder / "app.sock");
  CHECK(proxy.upstream.connect_timeout_ms == 1);
  CHECK(proxy.upstream.first_byte_timeout_ms == 2);
  CHECK(proxy.upstream.read_timeout_ms == 3);
  CHECK(proxy.upstream.keepalive_timeout_ms == 4);
  CHECK(proxy.upstream.keepalive_connections == 0);
  CHECK(proxy.upstream.max_failures == 6);
  CHECK(proxy.upstream.rest_ms == 7);
  CHECK(proxy.upstream.max_head_bytes == 8192);
  CHECK_FALSE(proxy.websocket);
  CHECK(proxy.websocket_idle_timeout_ms == 9);
}

TEST_CASE("a proxy's problems are at their server") {
  const Folder folder;
  CHECK_THAT(folder.route_problems("{ proxy = { servers = { \"http://a\", \"https://b\" } } }").at(0),
             Contains("config.lua:3: sites[\"*\"].routes[\"/\"].proxy.servers[2]: \"https://b\": servers are spoken to "
                      "over http:// alone"));
  CHECK_THAT(folder.route_problems("{ proxy = { servers = {} } }").at(0), EndsWith("found an empty list"));
  CHECK_THAT(folder.route_problems("{ proxy = {} }").at(0), Contains("the key \"servers\" is missing"));
  CHECK_THAT(folder.route_problems("{ proxy = 3000 }").at(0),
             Contains(".proxy: expected a string such as \"http://127.0.0.1:3000\" or a table; found a number (3000)"));
  CHECK_THAT(folder.route_problems("{ proxy = { servers = { \"http://a\", \"http://a:80\" } } }").at(0),
             Contains("is listed twice"));
  CHECK_THAT(folder.route_problems("{ proxy = { servers = { \"http://a/x\", \"http://b/y\" } } }").at(0),
             Contains("expected the same path in the URL of every server"));
  CHECK_THAT(folder.route_problems("{ proxy = { servers = \"http://a\", read_timeout = 5 } }").at(0),
             EndsWith("unknown key \"read_timeout\"; did you mean \"read_timeout_ms\"?"));
  CHECK_THAT(folder.route_problems("{ proxy = { servers = \"http://a\", read_timeout_ms = 0 } }").at(0),
             Contains("expected a whole number of ms from 1 to 86400000; found a number (0)"));
}

TEST_CASE("FastCGI wants a root and one index") {
  const Folder folder;
  const auto fastcgi = std::get<FastCgi>(
      folder.read_route("{ fastcgi = { servers = \"unix:php.sock\", read_timeout_ms = 5 }, root = \"www\" }").action);
  CHECK(fastcgi.root == folder / "www");
  CHECK(fastcgi.index == "/index.php");
  CHECK(fastcgi.upstream.servers.at(0).unix_path == folder / "php.sock");
  CHECK(fastcgi.upstream.read_timeout_ms == 5);
  CHECK(fastcgi.upstream.keepalive_connections == 0);  // unlike a proxy's: each would hold a process
  CHECK_THAT(folder.route_problems("{ fastcgi = \"unix:/x\" }").at(0), Contains("a route with fastcgi wants \"root\""));
  CHECK_THAT(folder.route_problems("{ fastcgi = \"unix:/x\", root = \"none\" }").at(0),
             EndsWith("none: no such directory"));
  CHECK_THAT(folder.route_problems("{ fastcgi = \"unix:/x\", root = \"www\", index = \"index.php\" }").at(0),
             Contains("begins with \"/\""));
  CHECK_THAT(
      folder.route_problems("{ fastcgi = \"unix:/x\", root = \"www\", index = { \"/a.php\", \"/b.php\" } }").at(0),
      Contains("expected one script"));
  CHECK_THAT(folder.route_problems("{ fastcgi = \"/x\", root = \"www\" }").at(0),
             Contains(".fastcgi: \"/x\": ") && Contains("expected \"unix:/run/php/php-fpm.sock\""));
}

TEST_CASE("a redirect goes to a URL or a path, with one of five statuses") {
  const Folder folder;
  const auto plain = std::get<Redirect>(folder.read_route("{ redirect = \"https://www.example.com/\" }").action);
  CHECK(plain.status == Redirect().status);
  CHECK(plain.to == "https://www.example.com/");
  CHECK(std::get<Redirect>(folder.read_route("{ redirect = { to = \"/b/\", status = 308 } }", "/a/").action).status ==
        308);
  CHECK_THAT(folder.route_problems("{ redirect = { to = \"/b\", status = 304 } }", "/a").at(0),
             Contains("redirect.status: expected 301, 302, 303, 307 or 308; found 304"));
  CHECK(folder.route_problems("{ redirect = { to = \"/b\", status = 200 } }", "/a").size() == 1);
  for (const char* to : {"www.example.com", "//evil.example", "javascript:alert(1)", "https:///x", "", "ftp://x"}) {
    INFO(to);
    CHECK_THAT(folder.route_problems("{ redirect = \"" + std::string(to) + "\" }").at(0),
               Contains(".redirect: expected a URL"));
  }
  CHECK_THAT(folder.route_problems("{ redirect = \"/a b\" }", "/x").at(0), Contains("percent-encoded"));
  CHECK_THAT(folder.route_problems("{ redirect = {} }").at(0), Contains("the key \"to\" is missing"));
}
