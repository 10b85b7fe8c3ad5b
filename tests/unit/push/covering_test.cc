// SPDX-License-Identifier: MIT
// Which rules are never asked behind a final one; and that whatever is said to be so is so.
#include "push/covering.h"

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <string>

#include "push/rule_set.h"
#include "unit/push/support.h"

using namespace outrider::push;
using namespace outrider::push::test;

namespace {

Rule final_rule(std::initializer_list<std::string_view> paths) {
  Rule result = rule("earlier", paths);
  result.final = true;
  return result;
}

bool covers_path(std::string_view earlier, std::string_view later) {
  return covers(final_rule({earlier}), rule("later", {later}));
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  std::string path() {
    std::string text;
    for (int segments = 1 + below(3); segments > 0; --segments) {
      text += '/';
      for (int count = below(3); count > 0; --count) text += "ab"[below(2)];
    }
    return text;
  }

  Pattern wild() {
    for (;;) {
      std::string text;
      for (int segments = 1 + below(3), i = 0; i < segments; ++i) {
        const std::string forms[] = {"a", "b", "", "*", "a*", "**", "{c" + std::to_string(i) + "}", "**b"};
        text += "/" + forms[below(8)];
      }
      if (auto parsed = Pattern::parse(text)) return *parsed;
    }
  }

  Rule rule() {
    static const std::vector<std::vector<std::string>> hosts{
        {}, {}, {"x.example"}, {"*.example"}, {"*"}, {"y.x.example"}};
    static const std::vector<std::vector<std::string>> methods{
        {}, {}, {"GET"}, {"POST", "GET"}, {"GET", "HEAD", "POST"}};
    Rule result;
    for (int count = below(3); count > 0; --count) result.paths.push_back(wild());
    result.hosts = hosts[static_cast<std::size_t>(below(6))];
    result.methods = methods[static_cast<std::size_t>(below(5))];
    if (below(8) == 0) result.except.push_back(wild());
    return result;
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a path covers what its text says it takes") {
  CHECK(covers_path("/a", "/a"));
  CHECK(covers_path("/{id}", "/{id}"));
  CHECK(covers_path("/shop/*", "/shop/cart"));
  CHECK(covers_path("/**", "/shop/{id}"));
  CHECK(covers_path("/shop/**", "/shop/{id}/x*"));
  CHECK(covers_path("/shop/**", "/shop/**.php"));
  CHECK(covers_path("/{a}/**", "/{b}/x"));
  CHECK(covers_path("/{y}", "/{x}"));
  CHECK(covers_path("/*", "/{x}"));
  CHECK(covers_path("/{x}", "/a*"));
  CHECK(covers_path("/a*/{x}", "/ab*/{y}"));
  CHECK(covers_path("/**/{x}", "/**/{y}"));
  CHECK(covers_path("/a*/**/*", "/ab/**/c"));
  CHECK(covers(final_rule({}), rule("later")));
  CHECK(covers(final_rule({}), rule("later", {"/x"})));
  CHECK(covers(final_rule({"/a", "/b"}), rule("later", {"/b", "/a"})));
}

TEST_CASE("a path does not cover what may be elsewhere") {
  CHECK_FALSE(covers_path("/shop/*", "/shop/**"));
  CHECK_FALSE(covers_path("/shop/**", "/shop"));
  CHECK_FALSE(covers_path("/{x}", "/*"));
  CHECK_FALSE(covers_path("/ab*", "/a*"));
  CHECK_FALSE(covers_path("/{a}/**", "/{b}"));
  CHECK_FALSE(covers_path("/{a}/b/**", "/{a}/**"));
  CHECK_FALSE(covers_path("/{a}/x", "/{a}/**/x"));
  CHECK_FALSE(covers_path("/{a}/{b}", "/{a}"));
  CHECK_FALSE(covers(final_rule({"/a"}), rule("later", {"/a", "/b"})));
  CHECK_FALSE(covers(final_rule({"/a"}), rule("later")));
}

TEST_CASE("only a final rule without conditions covers") {
  const Rule later = rule("later", {"/a"});
  Rule earlier = final_rule({"/a"});
  REQUIRE(covers(earlier, later));
  const auto but = [&](auto change) {
    Rule other = earlier;
    change(other);
    return covers(other, later);
  };
  CHECK_FALSE(but([](Rule& rule) { rule.final = false; }));
  CHECK_FALSE(but([](Rule& rule) { rule.shadow = true; }));
  CHECK_FALSE(but([](Rule& rule) { rule.phase = Phase::response; }));
  CHECK_FALSE(but([](Rule& rule) { rule.when.bot = true; }));
  CHECK_FALSE(but([](Rule& rule) { rule.when_function = 1; }));
  CHECK_FALSE(but([](Rule& rule) { rule.share = 0.5; }));
  CHECK(but([](Rule& rule) { rule.share = 1; }));
  CHECK_FALSE(but([](Rule& rule) { rule.from = std::chrono::system_clock::time_point(); }));
  CHECK_FALSE(but([](Rule& rule) { rule.until = std::chrono::system_clock::time_point(); }));
  CHECK_FALSE(but([](Rule& rule) { rule.except = patterns({"/x"}); }));
  CHECK_FALSE(but([](Rule& rule) { rule.hosts = {"a.example"}; }));
  CHECK_FALSE(but([](Rule& rule) { rule.methods = {"GET"}; }));
  CHECK(but([](Rule& rule) { rule.methods = {"GET", "HEAD", "POST"}; }));
}

TEST_CASE("hosts are covered by globs that take them") {
  Rule earlier = final_rule({}), later = rule("later");
  earlier.hosts = {"*.example"};
  CHECK_FALSE(covers(earlier, later));
  later.hosts = {"shop.example", "*.de.example"};
  CHECK(covers(earlier, later));
  later.hosts.emplace_back("*.com");
  CHECK_FALSE(covers(earlier, later));
}

TEST_CASE("no request reaches a rule that is said to be covered") {
  Generator generator(11);
  int covered = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Rule earlier = generator.rule();
    Rule final_one = earlier;
    final_one.final = true;
    const Rule later = generator.rule();
    if (!covers(final_one, later)) continue;
    ++covered;
    const RuleSet set({final_one, later});
    for (int request = 0; request < 40; ++request) {
      const std::string path = generator.path();
      const std::string host = generator.below(2) == 0 ? "x.example" : "y.x.example";
      const char* method = std::array{"GET", "HEAD", "POST"}[static_cast<std::size_t>(generator.below(3))];
      std::vector<Match> matches;
      set.find(host, method, path, matches);
      INFO(method << ' ' << host << path);
      REQUIRE((matches.empty() || matches.front().rule == &set.rules().front()));
    }
  }
  CHECK(covered > 200);
}
