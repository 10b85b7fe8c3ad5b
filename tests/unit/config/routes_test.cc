// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "unit/config/tree.h"

using namespace outrider;
using namespace outrider::config;
using namespace outrider::config::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

TEST_CASE("routes are sorted by length, longest prefix first, and kept as given") {
  const Folder folder;
  const Config config = folder.read(R"({ listen = { address = "127.0.0.1:80" }, sites = { ["*"] = { routes = {
    ["/"] = { files = "www" }, ["/static"] = { files = "www" }, ["/a/b/"] = { files = "www" }, ["/static/"] = { files = "www" } } } } })");
  std::vector<std::string> prefixes;
  for (const Route& route : config.sites[0].routes) prefixes.push_back(route.prefix);
  CHECK(prefixes == std::vector<std::string>{"/static/", "/static", "/a/b/", "/"});
}

TEST_CASE("a prefix is a plain path") {
  const Folder folder;
  const auto problem = [&](const std::string& prefix) { return folder.route_problems("{ files = \"www\" }", prefix); };
  CHECK(problem("/straße/") == none);
  CHECK(problem("static") ==
        only("config.lua:2: sites[\"*\"].routes[\"static\"]: a route's prefix begins with \"/\"; found \"static\""));
  for (const char* prefix : {"", "/a?b", "/a#b", "/a//b", "/../a", "/a/.", "/a/*", "/{id}", "/a%20b"}) {
    INFO(prefix);
    CHECK(problem(prefix).size() == 1);
  }
}

TEST_CASE("a route has exactly one action") {
  const Folder folder;
  CHECK(folder.route_problems("{ max_age = 1 }") == only("config.lua:3: sites[\"*\"].routes[\"/\"]: expected exactly "
                                                         "one of files, proxy, fastcgi and redirect; found none"));
  CHECK_THAT(folder.route_problems("{ files = \"www\", proxy = \"http://x\" }").at(0),
             EndsWith("found files and proxy"));
  CHECK_THAT(folder.route_problems("\"www\"").at(0), EndsWith("expected a table; found a string (\"www\")"));
  CHECK(folder.route_problems("{ filez = \"www\" }").size() == 1);
}

TEST_CASE("files: directory, index, fallback and the rest") {
  const Folder folder;
  folder.write("page.html");
  const Route route = folder.read_route(
      R"({ files = "www/", index = { "a.html", "b.html" }, fallback = "/x.html", precompressed = false,
    max_age = 0, gzip = false })");
  const auto& files = std::get<Files>(route.action);
  CHECK(files.root == folder / "www");
  CHECK(files.index == std::vector<std::string>{"a.html", "b.html"});
  CHECK(files.fallback == "/x.html");
  CHECK_FALSE(files.precompressed);
  CHECK(route.max_age_s == 0u);
  CHECK_FALSE(route.gzip);
  CHECK(std::get<Files>(folder.read_route("{ files = \"www\", index = {} }").action).index.empty());
  CHECK(std::get<Files>(folder.read_route("{ files = \"www\", index = \"x\" }").action).index ==
        std::vector<std::string>{"x"});
  CHECK_THAT(folder.route_problems("{ files = \"page.html\" }").at(0), EndsWith("page.html: is no directory"));
  CHECK_THAT(folder.route_problems("{ files = \"www\", index = \"/index.html\" }").at(0),
             Contains("the name of a file in the directory"));
  CHECK_THAT(folder.route_problems("{ files = \"www\", fallback = \"index.html\" }").at(0),
             Contains("a fallback begins with \"/\""));
  CHECK_THAT(folder.route_problems("{ files = \"www\", max_age = 1.5 }").at(0),
             Contains("expected a whole number of s from 0 to 315360000; found a number (1.5)"));
  CHECK(folder.route_problems("{ files = \"www\", max_age = -1 }").size() == 1);
  CHECK(folder.route_problems("{ files = \"www\", gzip = \"yes\" }") ==
        only("config.lua:3: sites[\"*\"].routes[\"/\"].gzip: expected true or false; found a string (\"yes\")"));
}

TEST_CASE("a key of another kind of route is told so") {
  const Folder folder;
  CHECK(folder.route_problems("{ proxy = \"http://x\", fallback = \"/\" }") ==
        only("config.lua:3: sites[\"*\"].routes[\"/\"].fallback: belongs to a route with files; this one has proxy"));
  CHECK_THAT(folder.route_problems("{ files = \"www\", strip_prefix = true }").at(0),
             EndsWith("belongs to a route with proxy; this one has files"));
  CHECK_THAT(folder.route_problems("{ redirect = \"/x\", gzip = true }", "/y").at(0),
             EndsWith("with files, proxy or fastcgi; this one has redirect"));
}

TEST_CASE("headers are set, added and removed") {
  const Folder folder;
  const Route route = folder.read_route(
      R"({ files = "www", headers = { ["X-Frame-Options"] = "DENY", ["x-old"] = false, link = { "<a>", "<b>" } } })");
  REQUIRE(route.headers.size() == 4);
  CHECK(route.headers[0].type == HeaderChange::Type::set);
  CHECK(route.headers[0].name == "x-frame-options");
  CHECK(route.headers[0].value == "DENY");
  CHECK(route.headers[1].type == HeaderChange::Type::remove);
  CHECK(route.headers[2].type == HeaderChange::Type::add);
  CHECK(route.headers[3].value == "<b>");
  const auto problem = [&](const std::string& headers) {
    return folder.route_problems("{ files = \"www\", headers = " + headers + " }");
  };
  CHECK_THAT(problem("{ [\"a b\"] = \"x\" }").at(0), Contains("\"a b\" is no name of a header"));
  CHECK_THAT(problem("{ [\"a:\"] = \"x\" }").at(0), Contains("is no name of a header"));
  CHECK_THAT(problem("{ [\"Content-Length\"] = \"5\" }").at(0), Contains("belongs to the connection"));
  CHECK_THAT(problem("{ x = true }").at(0),
             Contains("expected a string (sets it), a list of strings (adds them) or false (removes it); found true"));
  CHECK_THAT(problem("{ x = {} }").at(0), Contains("found an empty table"));
  CHECK_THAT(problem("{ x = { \"a\", 5 } }").at(0),
             Contains("headers[\"x\"][2]: expected a string; found a number (5)"));
  CHECK_THAT(problem("{ \"x: y\" }").at(0), Contains("expected a key in front"));
  CHECK_THAT(problem("{ x = \"a\", X = \"b\" }").at(0), Contains("is written twice"));
}

TEST_CASE("error pages are paths by status") {
  const Folder folder;
  const Route route =
      folder.read_route("{ files = \"www\", error_page = { [503] = \"/b.html\", [404] = \"/a.html\" } }");
  CHECK(route.error_pages == std::vector<std::pair<int, std::string>>{{404, "/a.html"}, {503, "/b.html"}});
  const auto problem = [&](const std::string& pages) {
    return folder.route_problems("{ files = \"www\", error_page = " + pages + " }");
  };
  CHECK_THAT(problem("{ [200] = \"/a\" }").at(0), Contains("error_page[200]: expected a status from 400 to 599"));
  CHECK_THAT(problem("{ [\"404\"] = \"/a\" }").at(0), Contains("error_page[\"404\"]: expected a status"));
  CHECK_THAT(problem("{ [404] = \"a\" }").at(0), Contains("an error page begins with \"/\""));
  CHECK_THAT(problem("{ [404] = 5 }").at(0), Contains("found a number (5)"));
  CHECK_THAT(problem("{ [404] = \"/a\",\n[404] = \"/b\" }").at(0),
             Contains("config.lua:4:") && Contains("written twice"));
}

TEST_CASE("deny patterns are within the route and become whole paths") {
  const Folder folder;
  const Route route = folder.read_route("{ files = \"www\", deny = { \"/private/**\", \"/*.bak\" } }", "/a/");
  REQUIRE(route.deny.size() == 2);
  CHECK(route.deny[0].text() == "/a/private/**");
  CHECK(route.deny[1].text() == "/a/*.bak");
  CHECK(folder.read_route("{ files = \"www\", deny = \"/x\" }", "/a").deny.at(0).text() == "/a/x");
  CHECK(folder.read_route("{ files = \"www\", deny = \"/x\" }").deny.at(0).text() == "/x");
  CHECK_THAT(folder.route_problems("{ files = \"www\", deny = \"private\" }").at(0),
             Contains("expected a pattern that begins with \"/\""));
  CHECK_THAT(folder.route_problems("{ files = \"www\", deny = \"/a/private\" }", "/a/").at(0),
             Contains("repeats the route's prefix"));
  CHECK_THAT(folder.route_problems("{ files = \"www\", deny = { \"/ok\", \"/{x\" } }").at(0),
             Contains(".deny[2]: \"/{x\": "));
}

TEST_CASE("what lies below a denied script is denied, because it would run the script") {
  const Folder folder;
  const Route route = folder.read_route(
      "{ fastcgi = \"unix:/run/x\", root = \"www\", deny = { \"/up/*.php\", \"/old/**\", \"/dir/\" } }");
  std::vector<std::string> texts;
  for (const auto& pattern : route.deny) texts.push_back(pattern.text());
  CHECK(texts == std::vector<std::string>{"/up/*.php", "/up/*.php/**", "/old/**", "/dir/", "/dir/**"});
}

TEST_CASE("a redirect to its own route would go round") {
  const Folder folder;
  CHECK(folder.route_problems("{ redirect = \"/b/\" }", "/a/") == none);
  CHECK(folder.route_problems("{ redirect = \"/a/b\" }", "/a/") ==
        only("config.lua:3: the redirect of route \"/a/\" leads back to the same route"));
  CHECK(folder.route_problems("{ redirect = \"/?x=/b\" }", "/").size() == 1);
  CHECK(folder.route_problems("{ redirect = \"/ab\" }", "/a") == none);
  CHECK(folder.problems(R"({ listen = { address = "127.0.0.1:80" }, sites = { ["*"] = { routes = {
    ["/"] = { redirect = "/new/" }, ["/new/"] = { files = "www" } } } } })") == none);
}
