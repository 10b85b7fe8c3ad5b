// SPDX-License-Identifier: MIT
#include "push/rule_set.h"

#include <string>

#include <catch2/catch.hpp>

#include "unit/push/allocations.h"
#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;
using Names = std::vector<std::string>;

namespace {

Names found(const RuleSet& set, std::string_view path, std::string_view method = "GET",
            std::string_view host = "shop.example") {
  std::vector<Match> matches;
  set.find(host, method, path, matches);
  CHECK(names(matches) == names(found_slowly(set, host, method, path)));
  return names(matches);
}

}  // namespace

TEST_CASE("rules are found in their order, whatever finds them") {
  std::vector<Rule> rules;
  rules.push_back(rule("everything below", {"/**"}));
  rules.push_back(rule("exact", {"/a/b"}));
  rules.push_back(rule("capture", {"/a/{x}"}));
  rules.push_back(rule("no path"));
  rules.push_back(rule("glob", {"/a/b*"}));
  rules.push_back(rule("exact again", {"/a/b"}));
  rules.push_back(rule("suffix", {"/**b"}));
  const RuleSet set(std::move(rules));
  CHECK(found(set, "/a/b") ==
        Names{"everything below", "exact", "capture", "no path", "glob", "exact again", "suffix"});
  CHECK(found(set, "/a/c") == Names{"everything below", "capture", "no path"});
  CHECK(found(set, "/") == Names{"everything below", "no path"});
}

TEST_CASE("what is no path finds only the rules for every path") {
  std::vector<Rule> rules;
  rules.push_back(rule("below", {"/**"}));
  rules.push_back(rule("no path"));
  rules.back().methods = {"OPTIONS", "GET"};
  const RuleSet set(std::move(rules));
  CHECK(found(set, "*", "OPTIONS") == Names{"no path"});
  CHECK(found(set, "") == Names{"no path"});
}

TEST_CASE("a rule with several patterns matches once, by the first") {
  std::vector<Rule> rules;
  rules.push_back(rule("many", {"/{a}/x", "/y/{b}", "/**", "/y/x"}));
  const RuleSet set(std::move(rules));
  std::vector<Match> matches;
  set.find("h", "GET", "/y/x", matches);
  REQUIRE(matches.size() == 1);
  REQUIRE(matches[0].captures.size() == 1);
  CHECK(matches[0].captures[0].name == "a");
  CHECK(matches[0].captures[0].value == "y");
  matches.clear();
  set.find("h", "GET", "/y/z", matches);
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].captures[0].name == "b");
}

TEST_CASE("find appends to what is there") {
  std::vector<Rule> rules;
  rules.push_back(rule("a", {"/"}));
  const RuleSet set(std::move(rules));
  std::vector<Match> matches;
  set.find("h", "GET", "/", matches);
  set.find("h", "GET", "/", matches);
  CHECK(matches.size() == 2);
}

TEST_CASE("except excludes") {
  std::vector<Rule> rules;
  rules.push_back(rule("pages", {"/**"}));
  rules.back().except = patterns({"/api/**", "/health", "/{lang}/raw"});
  const RuleSet set(std::move(rules));
  CHECK(found(set, "/a") == Names{"pages"});
  CHECK(found(set, "/api/x").empty());
  CHECK(found(set, "/health").empty());
  CHECK(found(set, "/de/raw").empty());
  CHECK(found(set, "/health/x") == Names{"pages"});
}

TEST_CASE("methods are GET and HEAD unless the rule says otherwise") {
  std::vector<Rule> rules;
  rules.push_back(rule("default", {"/"}));
  rules.push_back(rule("post", {"/"}));
  rules.back().methods = {"POST", "GET"};
  const RuleSet set(std::move(rules));
  CHECK(found(set, "/", "GET") == Names{"default", "post"});
  CHECK(found(set, "/", "HEAD") == Names{"default"});
  CHECK(found(set, "/", "POST") == Names{"post"});
  CHECK(found(set, "/", "get").empty());
  CHECK(found(set, "/", "DELETE").empty());
}

TEST_CASE("hosts are exact or globs") {
  std::vector<Rule> rules;
  rules.push_back(rule("any", {"/"}));
  rules.push_back(rule("exact", {"/"}));
  rules.back().hosts = {"shop.example", "www.shop.example", "shop.example"};
  rules.push_back(rule("glob", {"/"}));
  rules.back().hosts = {"other.example", "*.shop.example"};
  rules.push_back(rule("exact, no path"));
  rules.back().hosts = {"shop.example"};
  const RuleSet set(std::move(rules));
  CHECK(found(set, "/", "GET", "shop.example") == Names{"any", "exact", "exact, no path"});
  CHECK(found(set, "/", "GET", "www.shop.example") == Names{"any", "exact", "glob"});
  CHECK(found(set, "/", "GET", "other.example") == Names{"any", "glob"});
  CHECK(found(set, "/", "GET", "") == Names{"any"});
}

TEST_CASE("a set knows whether it has rules of the response phase") {
  std::vector<Rule> rules;
  rules.push_back(rule("a"));
  CHECK_FALSE(RuleSet(rules).has_response_phase());
  rules.push_back(rule("b"));
  rules.back().phase = Phase::response;
  CHECK(RuleSet(rules).has_response_phase());
  CHECK_FALSE(RuleSet({}).has_response_phase());
}

TEST_CASE("an empty set finds nothing") {
  const RuleSet set({});
  CHECK(found(set, "/").empty());
}

TEST_CASE("finding nothing does not allocate") {
  std::vector<Rule> rules;
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    const std::string exact = "/a-rather-long-path-that-fits-no-small-string/" + n, glob = "/shop/{a}/" + n + "/*.html";
    const std::string below = "/docs/" + n + "/**/{page}/x", tail = "/**/product" + n + "/{id}", suffix = "/**.ext" + n;
    rules.push_back(rule("exact " + n, {exact}));
    rules.push_back(rule("trie " + n, {glob, below}));
    if (i % 2 == 0) rules.back().hosts = {"host" + n + ".example"};
    rules.push_back(rule("tail " + n, {tail, suffix}));
  }
  rules.push_back(rule("post", {"/**"}));
  rules.back().methods = {"POST"};
  rules.push_back(rule("excepted", {"/**"}));
  rules.back().except = patterns({"/**"});
  const RuleSet set(std::move(rules));
  const std::string paths[] = {"/",
                               "/shop/one/7/index.htm",
                               "/docs/9/a/b/c/d",
                               "/a-rather-long-path-that-fits-no-small-string/x",
                               "/de/product7/8/9",
                               "*",
                               "/" + std::string(3000, 'x')};
  std::vector<Match> matches;
  const std::size_t before = allocations();
  for (const std::string& path : paths) set.find("host8.example", "GET", path, matches);
  const std::size_t after = allocations();
  CHECK(matches.empty());
  CHECK(after == before);
}

TEST_CASE("captures point into the path that was asked for") {
  std::vector<Rule> rules;
  rules.push_back(rule("a", {"/p/{id}"}));
  const RuleSet set(std::move(rules));
  const std::string path = "/p/value";
  std::vector<Match> matches;
  set.find("h", "GET", path, matches);
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].captures[0].value.data() == path.data() + 3);
}
