// SPDX-License-Identifier: MIT
// How routes would answer a page, by configuration and disk. That the server says the same is for tests on the wire.
#include "http/route_look.h"

#include <utime.h>

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::http;

namespace {

struct Folder {
  TemporaryFolder folder;
  config::Site site;
  RouteLook look;

  Folder() {
    add("page.html", "<title>Page</title>");
    add("index.html", "home");
    std::filesystem::create_directories(folder / "docs");
    config::Route& route = site.routes.emplace_back();
    route.prefix = "/";
    route.max_age_s = 60;
    config::Files files;
    files.root = folder.path;
    route.action = files;
  }

  void add(const std::string& name, std::string_view text) const {
    write_file(folder / name, text);
    const utimbuf long_ago{1'700'000'000, 1'700'000'000};
    REQUIRE(::utime((folder / name).c_str(), &long_ago) == 0);
  }
  config::Files& files() { return std::get<config::Files>(site.routes[0].action); }

  int status(std::string_view path, std::vector<push::Field> fields = {}, std::string_view method = "GET") const {
    const auto head = look.page(site, method, path, fields);
    return head ? head->status : 0;
  }
  std::string field(std::string_view path, std::string_view name) const {
    const auto head = look.page(site, "GET", path, {});
    REQUIRE(head);
    const std::vector<push::Field> views = head->views();
    return std::string(push::first_value(views, name));
  }
};

}  // namespace

TEST_CASE("the head of a file is told beforehand", "[explain]") {
  Folder site;
  CHECK(site.status("/page.html") == 200);
  CHECK(site.field("/page.html", "etag") == "\"6553f100-13\"");
  CHECK(site.field("/page.html", "last-modified") == "Tue, 14 Nov 2023 22:13:20 GMT");
  CHECK(site.field("/page.html", "accept-ranges") == "bytes");
  CHECK(site.field("/page.html", "vary") == "accept-encoding");
  CHECK(site.field("/page.html", "cache-control") == "max-age=60");
  CHECK(site.status("/") == 200);
  site.files().precompressed = false;
  CHECK(site.field("/page.html", "vary").empty());
}

TEST_CASE("a client that has the file gets 304", "[explain]") {
  const Folder site;
  CHECK(site.status("/page.html", {{"if-none-match", "\"6553f100-13\""}}) == 304);
  CHECK(site.status("/page.html", {{"if-none-match", "\"6553f100-14\""}}) == 200);
  CHECK(site.status("/page.html", {{"if-modified-since", "Tue, 14 Nov 2023 22:13:20 GMT"}}) == 304);
  CHECK(site.status("/page.html", {{"if-modified-since", "Tue, 14 Nov 2023 22:13:19 GMT"}}) == 200);
  CHECK(site.status("/page.html", {{"if-modified-since", "yesterday"}}) == 200);
  // The first of the two counts alone.
  CHECK(site.status("/page.html",
                    {{"if-none-match", "\"x\""}, {"if-modified-since", "Tue, 14 Nov 2023 22:13:20 GMT"}}) == 200);
}

TEST_CASE("what stands in for a file that is not there", "[explain]") {
  Folder site;
  CHECK(site.status("/none.html") == 404);
  CHECK(site.status("/docs") == 301);
  CHECK(site.field("/docs", "location") == "/docs/");
  CHECK(site.status("/docs/") == 404);
  CHECK(site.status("/page.html", {}, "POST") == 405);
  site.files().fallback = "/index.html";
  CHECK(site.status("/none.html") == 200);
  CHECK(site.field("/none.html", "content-type").starts_with("text/html"));
  CHECK(site.status("/none.html", {}, "POST") == 404);
  // An asset's facts are the file's own.
  CHECK(site.look.facts(site.site, "/none.html").status == 0);
  CHECK(site.look.facts(site.site, "/docs").status == 301);
  CHECK(site.look.facts(site.site, "/docs/").status == 0);
  site.site.routes[0].deny.push_back(*push::Pattern::parse("/index.html"));
  CHECK(site.status("/") == 403);
}
