// SPDX-License-Identifier: MIT
// The index against trying every rule: whatever the rules and the request, both find the same with the same captures.
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "push/rule_set.h"
#include "unit/push/support.h"

using namespace outrider::push;

namespace {

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  std::string path() {
    std::string result;
    for (int segments = 1 + below(4); segments > 0; --segments) {
      result += '/';
      for (int count = below(3); count > 0; --count) result += "ab."[below(3)];
    }
    return result.find("/.") == std::string::npos ? result : path();
  }

  /// A path with some segments made wild.
  Pattern pattern() {
    for (;;) {
      std::string text;
      for (int segments = 1 + below(4), i = 0; i < segments; ++i) {
        const std::string segment = path().substr(1);
        const std::string plain = segment.substr(0, segment.find('/'));
        const std::string forms[] = {plain,        plain,       plain,       "{c" + std::to_string(i) + "}",
                                     "*",          plain + "*", "*" + plain, "**",
                                     "**" + plain, plain + "**"};
        text += "/" + forms[below(10)];
      }
      if (auto result = Pattern::parse(text)) return *result;
    }
  }

  std::string host() { return std::string(1, "xyz"[below(3)]) + ".example"; }

  Rule rule(int number) {
    Rule result;
    result.name = std::to_string(number);
    for (int count = below(4); count > 0; --count) result.paths.push_back(pattern());
    for (int count = std::max(0, below(5) - 3); count > 0; --count) result.except.push_back(pattern());
    for (int count = std::max(0, below(5) - 2); count > 0; --count) {
      result.hosts.push_back(below(3) == 0 ? "*.example" : host());
    }
    if (below(4) == 0) result.methods = {"POST"};
    return result;
  }

 private:
  std::mt19937 random_;
};

std::string described(const std::vector<Match>& matches) {
  std::string result;
  for (const Match& match : matches) {
    result += match.rule->name + "(";
    for (const Capture& capture : match.captures) result.append(capture.name).append("=").append(capture.value) += ' ';
    result += ") ";
  }
  return result;
}

}  // namespace

TEST_CASE("the index finds what trying every rule finds") {
  Generator generator(7);
  int matched = 0, missed = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<Rule> rules;
    for (int count = generator.below(40); count > 0; --count) {
      rules.push_back(generator.rule(static_cast<int>(rules.size())));
    }
    const RuleSet set(std::move(rules));
    for (int request = 0; request < 50; ++request) {
      const std::string path = generator.path(), host = generator.host();
      const char* method = generator.below(5) == 0 ? "POST" : "GET";
      std::vector<Match> fast;
      set.find(host, method, path, fast);
      const std::vector<Match> slow = test::found_slowly(set, host, method, path);
      INFO(method << ' ' << host << path);
      REQUIRE(described(fast) == described(slow));
      ++(fast.empty() ? missed : matched);
    }
  }
  CHECK(matched > 1000);
  CHECK(missed > 100);
}
