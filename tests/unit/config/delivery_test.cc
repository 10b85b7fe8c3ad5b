// SPDX-License-Identifier: MIT
// How a site's pages are delivered, and the top-level files that go with it.
#include <catch2/catch.hpp>

#include "config/schema.h"
#include "unit/config/tree.h"

using namespace outrider;
using namespace outrider::config;
using namespace outrider::config::test;
using Catch::Matchers::Contains;

namespace {

std::string with(const std::string& keys) {
  return "{ listen = { address = \"127.0.0.1:80\" }, sites = { [\"*\"] = {\n" + keys +
         ", routes = { [\"/\"] = { files = \"www\" } } } } }";
}

Site site(const std::string& keys) {
  return Folder().read(with(keys)).sites.at(0);
}

std::vector<std::string> problems(const std::string& keys) {
  return Folder().problems(with(keys));
}

/// The one problem of `keys`, behind the place and the site's path.
std::string problem(const std::string& keys) {
  const std::vector<std::string> all = problems(keys);
  REQUIRE(all.size() == 1);
  const std::string start = "config.lua:2: sites[\"*\"].";
  CHECK(all[0].substr(0, start.size()) == start);
  return all[0].substr(std::min(start.size(), all[0].size()));
}

std::vector<std::string> texts(const std::vector<push::Pattern>& patterns) {
  std::vector<std::string> result;
  for (const push::Pattern& pattern : patterns) result.push_back(pattern.text());
  return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a site that says nothing of delivery has the structs' defaults") {
  Site plain = site("aliases = {}");
  const Site standard;
  CHECK(plain.early_hints == standard.early_hints);
  CHECK(plain.push == standard.push);
  CHECK(plain.budget_bytes == standard.budget_bytes);
  CHECK(plain.client_cookie == standard.client_cookie);
  CHECK(plain.learn == standard.learn);
  CHECK(plain.server_timing == standard.server_timing);
  CHECK(standard.client_cookie);
  CHECK(standard.learn.on);
  CHECK_FALSE(standard.budget_bytes);
}

TEST_CASE("early_hints is one of three words") {
  CHECK(site("early_hints = \"navigations\"").early_hints == outrider::push::EarlyHintsFor::navigations);
  CHECK(site("early_hints = \"all\"").early_hints == outrider::push::EarlyHintsFor::everybody);
  CHECK(site("early_hints = \"off\"").early_hints == outrider::push::EarlyHintsFor::nobody);
  const std::string expected = "early_hints: expected \"navigations\", \"all\" or \"off\"; found ";
  CHECK(problem("early_hints = \"navigation\"") ==
        expected + "a string (\"navigation\"); did you mean \"navigations\"?");
  CHECK(problem("early_hints = \"Off\"") == expected + "a string (\"Off\"); did you mean \"off\"?");
  CHECK(problem("early_hints = \"sometimes\"") == expected + "a string (\"sometimes\")");
  CHECK(problem("early_hints = false") == expected + "false");
  CHECK_THAT(problems("early_hint = \"off\"").at(0), Contains("did you mean \"early_hints\"?"));
  // A secret's suggestion would say what it nearly is.
  CHECK_THAT(problem("early_hints = env \"navigation\""), Contains("***") && !Contains("did you mean"));
}

TEST_CASE("push and server_timing are switches") {
  CHECK_FALSE(site("push = false").push);
  CHECK(site("server_timing = true").server_timing);
  CHECK(problem("push = \"no\"") == "push: expected true or false; found a string (\"no\")");
  CHECK(problem("server_timing = 1") == "server_timing: expected true or false; found a number (1)");
}

TEST_CASE("budget_bytes is a whole number, and nothing is no budget") {
  CHECK(site("budget_bytes = 0").budget_bytes == 0u);
  CHECK(site("budget_bytes = 150000").budget_bytes == 150'000u);
  const std::string expected = "budget_bytes: expected a whole number of bytes from 0 to 1073741824; found ";
  CHECK(problem("budget_bytes = -1") == expected + "a number (-1)");
  CHECK(problem("budget_bytes = 1.5") == expected + "a number (1.5)");
  CHECK(problem("budget_bytes = \"64k\"") == expected + "a string (\"64k\")");
  CHECK(problem("budget_bytes = 1e300").substr(0, expected.size()) == expected);
}

TEST_CASE("the client cookie: off, on, or as it is told") {
  CHECK_FALSE(site("client_cookie = false").client_cookie);
  CHECK(site("client_cookie = true").client_cookie == ClientCookie());
  CHECK(site("client_cookie = {}").client_cookie == ClientCookie());
}

TEST_CASE("the client cookie has a name, a lifetime and exceptions of its own") {
  const auto own =
      site("client_cookie = { name = \"__Host-has\", lifetime_s = 86400, except = { \"/private/**\", \"/a/*.css\" } }")
          .client_cookie;
  REQUIRE(own);
  CHECK(own->name == "__Host-has");
  CHECK(own->lifetime_s == 86'400);
  CHECK(texts(own->except) == Texts{"/private/**", "/a/*.css"});
  CHECK(texts(site("client_cookie = { except = \"/x\" }").client_cookie->except) == Texts{"/x"});
  CHECK(site("client_cookie = { lifetime_s = 60 }").client_cookie->lifetime_s == 60);
  CHECK(site("client_cookie = { lifetime_s = 34560000 }").client_cookie->lifetime_s == 400 * 86'400);
  CHECK(site("client_cookie = { name = \"" + std::string(64, 'a') + "\" }").client_cookie->name.size() == 64);
}

TEST_CASE("a client cookie that browsers would not keep is refused") {
  CHECK(problem("client_cookie = 1") ==
        "client_cookie: expected true, false or a table such as { name = \"outrider\", lifetime_s = 2592000 }; found a "
        "number (1)");
  CHECK_THAT(problem("client_cookie = \"has\""), Contains("expected true, false or a table") && Contains("\"has\""));
  for (const std::string name : {"", "a b", "a;b", "a=b", "ü", "a,b", "(a)"}) {
    CHECK(problem("client_cookie = { name = \"" + name + "\" }") ==
          "client_cookie.name: \"" + name + "\" is no name of a cookie; expected letters, digits and !#$%&'*+-.^_`|~");
  }
  CHECK(problem("client_cookie = { name = \"" + std::string(65, 'a') + "\" }") ==
        "client_cookie.name: the name has 65 characters; expected at most 64 characters");
  CHECK_THAT(problem("client_cookie = { name = 5 }"), Contains("client_cookie.name: expected a string"));
  const std::string lifetime = "client_cookie.lifetime_s: expected a whole number of s from 60 to 34560000; found ";
  CHECK(problem("client_cookie = { lifetime_s = 59 }") == lifetime + "a number (59)");
  CHECK(problem("client_cookie = { lifetime_s = 34560001 }") == lifetime + "a number (34560001)");
  CHECK(problem("client_cookie = { lifetime_s = 90.5 }") == lifetime + "a number (90.5)");
  CHECK_THAT(problem("client_cookie = { except = { \"/a\", \"b\" } }"),
             Contains("client_cookie.except[2]: \"b\": bad pattern") && Contains("such as \"/private/**\""));
  CHECK_THAT(problem("client_cookie = { except = { 5 } }"),
             Contains("client_cookie.except[1]: expected a string; found a number (5)"));
  CHECK(problems("client_cookie = { lifetime = 86400 }") ==
        only("config.lua:2: sites[\"*\"].client_cookie: unknown key \"lifetime\"; did you mean \"lifetime_s\"?"));
  // All that is wrong with it is told at once.
  CHECK(problems("client_cookie = { name = \"a b\", lifetime_s = 1, except = \"b\" }").size() == 3);
}

TEST_CASE("learning: off, on, or with the pages that are taken for one") {
  CHECK(site("learn = false").learn == Learn{false, {}});
  CHECK(site("learn = true").learn == Learn());
  CHECK(site("learn = {}").learn == Learn());
  const Learn pages = site("learn = { \"/product/{id}\", \"/docs/**\" }").learn;
  CHECK(pages.on);
  CHECK(texts(pages.pages) == Texts{"/product/{id}", "/docs/**"});
  CHECK(texts(site("learn = \"/product/{id}\"").learn.pages) == Texts{"/product/{id}"});
  CHECK_FALSE(site("learn = env \"false\"").learn.on);

  const std::string expected =
      "learn: expected true, false, a string or a list of strings such as { \"/product/{id}\" }; found ";
  CHECK(problem("learn = 5") == expected + "a number (5)");
  CHECK(problem("learn = { pages = \"/x\" }") == expected + "a table with named keys");
  CHECK_THAT(problem("learn = { \"/a\", true }"), Contains("learn[2]: expected a string; found true"));
  CHECK_THAT(problem("learn = { \"/a\", \"product\" }"),
             Contains("learn[2]: \"product\": bad pattern") && Contains("such as \"/product/{id}\""));
  CHECK_THAT(problem("learn = \"on\""), Contains("learn: \"on\": bad pattern"));
  CHECK_THAT(problem("learn = \"/{id\""), Contains("learn: \"/{id\": bad pattern"));
}

TEST_CASE("cookie keys and the table of clients are files") {
  const Folder folder;
  folder.make_directory("keys");
  for (const char* file : {"keys/current", "keys/previous", "clients.lua"}) folder.write(file);
  const auto top = [](const std::string& keys) {
    return "{ listen = { address = \"127.0.0.1:80\" }, sites = {},\n" + keys + " }";
  };
  const Config config =
      folder.read(top("cookie_keys = { \"keys/current\", \"keys/previous\" }, clients = \"clients.lua\""));
  CHECK(config.cookie_keys == std::vector<std::filesystem::path>{folder / "keys/current", folder / "keys/previous"});
  CHECK(config.clients == folder / "clients.lua");
  CHECK(folder.read(top("cookie_keys = \"keys/current\"")).cookie_keys.size() == 1);
  CHECK(folder.read(top("jit = false")).cookie_keys.empty());
  CHECK(folder.read(top("jit = false")).clients.empty());

  CHECK(folder.problems(top("cookie_keys = { \"keys/current\", \"keys/none\" }")) ==
        only("config.lua:2: cookie_keys[2]: " + folder / "keys/none" + ": no such file"));
  CHECK(folder.problems(top("cookie_keys = \"keys\"")) ==
        only("config.lua:2: cookie_keys: " + folder / "keys" + ": is a directory; expected a file"));
  CHECK_THAT(folder.problems(top("cookie_keys = 5")).at(0),
             Contains("cookie_keys: expected a string or a list of strings"));
  CHECK(folder.problems(top("clients = \"none.lua\"")) ==
        only("config.lua:2: clients: " + folder / "none.lua" + ": no such file"));
  CHECK_THAT(folder.problems(top("clients = { \"clients.lua\" }")).at(0), Contains("clients: expected a string"));
}
