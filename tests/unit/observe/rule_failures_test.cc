// SPDX-License-Identifier: MIT
#include "observe/rule_failures.h"

#include <catch2/catch.hpp>

#include "base/log.h"
#include "unit/temporary_folder.h"

using namespace outrider;
using namespace outrider::observe;

namespace {

push::Rule rule(const std::string& name, int line) {
  push::Rule result;
  result.name = name;
  result.place = {"rules/shop.lua", line};
  return result;
}

struct Log {
  Log() { REQUIRE(log::open(folder.file("log"), log::Level::info)); }
  ~Log() { (void)log::open("", log::Level::info); }
  /// The messages, without time and level.
  std::vector<std::string> lines() const {
    std::vector<std::string> found;
    std::istringstream text(read_file(folder.file("log")));
    for (std::string line; std::getline(text, line);) found.push_back(line.substr(line.find("rules/")));
    return found;
  }
  TemporaryFolder folder;
};

}  // namespace

TEST_CASE("a failing rule is logged at once, then once a minute with how often") {
  const Log log;
  ManualClock clock;
  RuleFailures failures(clock);
  const push::Rule cart = rule("cart", 12);
  failures.add(cart, "boom");
  CHECK(log.lines() == std::vector<std::string>{"rules/shop.lua:12: rule \"cart\" failed: boom"});

  for (int count = 0; count < 17; ++count) failures.add(cart, "bang");
  clock.advance(std::chrono::seconds(59));
  failures.tick();
  CHECK(log.lines().size() == 1);
  clock.advance(std::chrono::seconds(1));
  failures.tick();
  REQUIRE(log.lines().size() == 2);
  CHECK(log.lines()[1] == "rules/shop.lua:12: rule \"cart\" failed: bang (17 times in the last minute)");

  clock.advance(std::chrono::minutes(5));
  failures.tick();
  CHECK(log.lines().size() == 2);
  CHECK(failures.totals() == std::map<std::string, std::uint64_t>{{"cart", 18}});
}

TEST_CASE("each rule has a minute of its own, also where two have one name") {
  const Log log;
  ManualClock clock;
  RuleFailures failures(clock);
  failures.add(rule("cart", 12), "a");
  failures.add(rule("home", 1), "b");
  failures.add(rule("cart", 40), "c");
  CHECK(log.lines().size() == 3);
  CHECK(failures.totals() == std::map<std::string, std::uint64_t>{{"cart", 2}, {"home", 1}});
}

TEST_CASE("a new generation logs what waits and begins anew") {
  const Log log;
  ManualClock clock;
  RuleFailures failures(clock);
  failures.add(rule("cart", 12), "a");
  failures.add(rule("cart", 12), "b");
  failures.forget_rules();
  REQUIRE(log.lines().size() == 2);
  CHECK(log.lines()[1] == "rules/shop.lua:12: rule \"cart\" failed: b");
  failures.add(rule("cart", 12), "c");
  CHECK(log.lines().size() == 3);
  CHECK(failures.totals().at("cart") == 3);
}

TEST_CASE("the count stands before the traceback") {
  CHECK(failure_line("x", "boom\nstack traceback:\n\t…", 2) ==
        "x failed: boom (2 times in the last minute)\nstack traceback:\n\t…");
}

TEST_CASE("names beyond the bound are counted together") {
  const Log log;
  ManualClock clock;
  RuleFailures failures(clock);
  for (std::size_t name = 0; name < RuleFailures::max_names + 5; ++name)
    failures.add(rule(std::to_string(name), 1), "a");
  CHECK(failures.totals().at("other") == 5);
  CHECK(failures.totals().size() == RuleFailures::max_names + 1);
}

TEST_CASE("what was wrong with a rule last is known until the rules change, by rule and place") {
  const Log log;
  ManualClock clock;
  RuleFailures failures(clock);
  CHECK(failures.last_error(rule("cart", 12)).empty());
  failures.add(rule("cart", 12), "the first");
  failures.add(rule("cart", 12), "rules/shop.lua:13: boo\n  rules/shop.lua:13: in function 'x'");
  CHECK(failures.last_error(rule("cart", 12)) == "rules/shop.lua:13: boo");
  CHECK(failures.last_error(rule("cart", 14)).empty());
  failures.forget_rules();
  CHECK(failures.last_error(rule("cart", 12)).empty());
}
