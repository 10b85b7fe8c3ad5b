// SPDX-License-Identifier: MIT
#include "http/site_map.h"

#include <catch2/catch.hpp>

using namespace outrider;

namespace {

std::string host(std::string_view authority) {
  std::string out;
  return http::host_of(authority, out) ? out : "refused";
}

}  // namespace

TEST_CASE("the host of an authority") {
  CHECK(host("www.Example.com") == "www.example.com");
  CHECK(host("www.example.com:8443") == "www.example.com");
  CHECK(host("www.example.com.") == "www.example.com");
  CHECK(host("127.0.0.1:80") == "127.0.0.1");
  CHECK(host("[::1]:80") == "[::1]");
  CHECK(host("[::1]") == "[::1]");
  for (const char* bad : {"", ":80", "a b", "a/b", "user@host", "host:80x", "host:123456", "[::1", "[::1]x", "a\nb", "a,b"}) {
    INFO(bad);
    CHECK(host(bad) == "refused");
  }
}

TEST_CASE("a site is found by name, alias, suffix, and as the last resort") {
  std::vector<config::Site> sites(4);
  sites[0].name = "www.example.com";
  sites[0].aliases = {"example.com"};
  sites[1].name = "*.example.com";
  sites[2].name = "*.shop.example.com";
  sites[3].name = "*";
  const http::SiteMap map(sites);
  CHECK(map.find("www.example.com") == &sites[0]);
  CHECK(map.find("example.com") == &sites[0]);
  CHECK(map.find("a.example.com") == &sites[1]);
  CHECK(map.find("a.b.example.com") == &sites[1]);
  CHECK(map.find("a.shop.example.com") == &sites[2]);
  CHECK(map.find("badexample.com") == &sites[3]);
  sites.pop_back();
  CHECK(http::SiteMap(sites).find("other.org") == nullptr);
}

TEST_CASE("the longest prefix that covers a path is its route") {
  config::Site site;
  for (const char* prefix : {"/static/deep/", "/static/", "/api", "/"}) site.routes.emplace_back().prefix = prefix;
  const auto prefix = [&](std::string_view path) { return http::find_route(site, path)->prefix; };
  CHECK(prefix("/") == "/");
  CHECK(prefix("/static/a.css") == "/static/");
  CHECK(prefix("/static/deep/a.css") == "/static/deep/");
  CHECK(prefix("/static") == "/");
  CHECK(prefix("/api") == "/api");
  CHECK(prefix("/api/v1") == "/api");
  CHECK(prefix("/apix") == "/");
  site.routes.pop_back();
  CHECK(http::find_route(site, "/other") == nullptr);
}
