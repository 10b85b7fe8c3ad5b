// SPDX-License-Identifier: MIT
#include <catch2/catch.hpp>

#include "config/host_name.h"
#include "unit/config/tree.h"

using namespace outrider;
using namespace outrider::config;
using namespace outrider::config::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::vector<std::string> problems(const Folder& folder, const std::string& sites) {
  return folder.problems("{ listen = { address = \"127.0.0.1:80\" }, sites = {\n" + sites + " } }");
}

constexpr char page[] = "routes = { [\"/\"] = { files = \"www\" } }";

std::string host_problem(std::string_view host) {
  const auto name = parse_host_name(host);
  return name ? "" : name.error().message;
}

}  // namespace

TEST_CASE("host names are lower-cased and checked") {
  CHECK(*parse_host_name("WWW.Example.COM") == "www.example.com");
  CHECK(*parse_host_name("*") == "*");
  CHECK(*parse_host_name("*.example.com") == "*.example.com");
  CHECK(*parse_host_name("192.0.2.1") == "192.0.2.1");
  CHECK(*parse_host_name("[2001:DB8::1]") == "[2001:db8::1]");
  CHECK(*parse_host_name("a_b-c") == "a_b-c");
  CHECK(host_problem("") == "\"\" is empty");
  CHECK_THAT(host_problem("bücher.example"), Contains("letters beyond ASCII") && Contains("xn--"));
  CHECK_THAT(host_problem("https://a.example"), Contains("is a URL"));
  CHECK_THAT(host_problem("a.example:443"), Contains("has a port"));
  CHECK_THAT(host_problem("a.example/x"), Contains("has a path"));
  CHECK_THAT(host_problem("www.*.example"), Contains("has a wildcard that means nothing"));
  CHECK_THAT(host_problem("*example.com"), Contains("has a wildcard that means nothing"));
  CHECK_THAT(host_problem("**"), Contains("has a wildcard that means nothing"));
  CHECK_THAT(host_problem("a.example."), Contains("ends with a dot"));
  CHECK_THAT(host_problem("a..example"), Contains("empty part"));
  CHECK_THAT(host_problem("*."), Contains("ends with a dot"));
  CHECK_THAT(host_problem(".example"), Contains("empty part"));
  CHECK_THAT(host_problem("a b"), Contains("is no host name"));
  CHECK_THAT(host_problem(std::string(64, 'a') + ".example"), Contains("a part of 64 bytes"));
  CHECK_THAT(host_problem(std::string(127, 'a') + "." + std::string(127, 'b')), Contains("has 255 bytes"));
  CHECK_THAT(host_problem("[::zz]"), Contains("is no IPv6 address"));
  CHECK_THAT(host_problem("[0:0::1]"), Contains("write \"[::1]\""));
}

TEST_CASE("a host belongs to one site") {
  const Folder folder;
  const auto site = [](const std::string& name, const std::string& aliases) {
    return "[\"" + name + "\"] = { aliases = { " + aliases + " }, " + page + " },\n";
  };
  CHECK(problems(folder, site("a.example", "") + site("A.example", "")) ==
        only("config.lua:3: sites[\"A.example\"]: the host \"A.example\" belongs to site \"a.example\" (config.lua:2) "
             "already; "
             "expected a host that belongs to no other site"));
  const auto told =
      problems(folder, site("a.example", "\"b.example\", \"c.example\"") + site("b.example", "\"C.example\""));
  REQUIRE(told.size() == 2);
  CHECK_THAT(told[0],
             StartsWith("config.lua:2: sites[\"a.example\"].aliases[1]: the host \"b.example\" belongs to site "
                        "\"b.example\" (config.lua:3) already"));
  CHECK_THAT(told[1],
             StartsWith("config.lua:3: sites[\"b.example\"].aliases[1]: the host \"C.example\" belongs to site "
                        "\"a.example\" (config.lua:2) already"));
  CHECK(problems(folder, site("a.example", "\"a.example\"")).size() == 1);
  CHECK(problems(folder, site("*", "") + site("*.a.example", "") + site("a.example", "\"www.a.example\"")) == none);
}

TEST_CASE("a wrong host, site or alias is named by its path") {
  const Folder folder;
  CHECK_THAT(problems(folder, std::string("[\"a.example:80\"] = { ") + page + " }").at(0),
             Contains("config.lua:2: sites[\"a.example:80\"]: \"a.example:80\" has a port") &&
                 Contains("expected a host such as"));
  CHECK_THAT(problems(folder, std::string("{ ") + page + " }").at(0),
             Contains("sites[1]: expected a key in front, a host in brackets and quotes"));
  CHECK_THAT(problems(folder, "[\"a.example\"] = \"www\"").at(0),
             Contains("sites[\"a.example\"]: expected a table; found a string"));
  CHECK_THAT(problems(folder, std::string("[\"a.example\"] = { aliases = { \"b.example\", 5 }, ") + page + " }").at(0),
             Contains("sites[\"a.example\"].aliases[2]: expected a string; found a number (5)"));
  CHECK_THAT(problems(folder, std::string("[\"a.example\"] = { aliases = { \"x:1\" }, ") + page + " }").at(0),
             Contains(".aliases[1]: \"x:1\" has a port"));
  CHECK_THAT(problems(folder, std::string("[\"a.example\"] = { aliases = { x = \"b.example\" }, ") + page + " }").at(0),
             Contains(".aliases: expected a string or a list of strings") && Contains("found a table with named keys"));
  CHECK_THAT(problems(folder, "[\"a.example\"] = {}").at(0), Contains("the key \"routes\" is missing"));
  CHECK_THAT(problems(folder, "[\"a.example\"] = { routes = {} }").at(0), Contains("expected at least one route"));
}

TEST_CASE("rules are globs whose folder is there") {
  const Folder folder;
  folder.make_directory("rules");
  folder.write("one.lua");
  const auto with = [](const std::string& rules) {
    return "[\"a.example\"] = { rules = " + rules + ", " + page + " }";
  };
  CHECK(problems(folder, with("{ \"rules/*.lua\", \"one.lua\", \"*.lua\" }")) == none);
  CHECK(problems(folder, with("\"rule/*.lua\"")) ==
        only("config.lua:2: sites[\"a.example\"].rules: " + folder / "rule" + ": no such directory"));
  CHECK(problems(folder, with("\"two.lua\"")) ==
        only("config.lua:2: sites[\"a.example\"].rules: " + folder / "two.lua" + ": no such file"));
  CHECK(problems(folder, with("\"rules\"")) ==
        only("config.lua:2: sites[\"a.example\"].rules: \"rules\" is a directory; did you mean \"rules/*.lua\"?"));
}
