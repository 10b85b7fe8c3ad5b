// SPDX-License-Identifier: MIT
// Files that are wrong without end, and loads that nobody waits for any more.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <sstream>
#include <thread>

#include "script/config_file.h"
#include "script/problem_list.h"
#include "unit/script/rules_world.h"

using namespace outrider;
using namespace outrider::script;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using std::chrono::steady_clock;

namespace {

std::vector<Problem> problems_of(RulesWorld& world) {
  try {
    world.load();
  } catch (const LoadError& error) {
    return error.problems();
  }
  return {};
}

std::vector<Problem> problems_of(RulesWorld& world, std::string_view rules) {
  world.write("rules/a.lua", rules);
  return problems_of(world);
}

constexpr const char* no_more_shown = "and more in this file; only the first 100 are shown, equal ones once";

/// A load on this thread that is cancelled after a while: what it says and how long it went on.
struct Cancelled {
  explicit Cancelled(RulesWorld& world, std::size_t workers = 1, std::chrono::milliseconds after = 150ms) {
    const auto flag = std::make_shared<std::atomic<bool>>(false);
    world.options.cancel = flag;
    steady_clock::time_point set;
    std::thread canceller([&] {
      std::this_thread::sleep_for(after);
      set = steady_clock::now();
      flag->store(true);
    });
    try {
      world.load(workers);
    } catch (const LoadError& error) {
      text = error.what();
    }
    const auto end = steady_clock::now();
    canceller.join();
    took = end - set;
  }
  std::string text;
  steady_clock::duration took{};
};

// Measured: a few milliseconds. A busy machine, or one with sanitizers, takes longer.
constexpr auto soon = 2s;

}  // namespace

TEST_CASE("a test file that fails without end ends after 100 failures", "[script][bounds]") {
  RulesWorld world;
  world.write("rules/a.lua", "rule { path = \"/\", hints = { style \"/a.css\" } }");
  world.options.test_timeout = 60s;
  const auto begun = steady_clock::now();
  SECTION("in a loop") {
    world.write("rules/a.test.lua", "while true do expect(request{}).hints{} end");
  }
  SECTION("with pcall, in coroutines") {
    world.write("rules/a.test.lua",
                "while true do pcall(coroutine.wrap(function()\n"
                "  while true do pcall(function() expect(request{}).hints{} end) end\nend)) end");
  }
  SECTION("as tests that raise errors") {
    world.write("rules/a.test.lua", "while true do test(\"x\", function() error(\"no\") end) end");
  }
  const auto problems = problems_of(world);
  CHECK(steady_clock::now() - begun < 20s);
  REQUIRE_FALSE(problems.empty());
  CHECK(problems.size() <= 101);
  CHECK(problems.back().message == no_more_shown);
  CHECK_THAT(problems.back().place.file, EndsWith("rules/a.test.lua"));
}

TEST_CASE("the first 100 failures of a file are told, and the other files' too", "[script][bounds]") {
  RulesWorld world;
  world.write("rules/a.lua", "rule { path = \"/\", hints = { style \"/a.css\" } }");
  world.write("rules/b.test.lua", "expect(request{}).hints{}");
  std::string test = "local r = request{}\n";
  const auto count = [&](int failures) {
    world.write("rules/a.test.lua",
                test + "for i = 1, " + std::to_string(failures) + " do expect(r).hints{ style(\"/\" .. i) } end");
    return problems_of(world).size();
  };
  CHECK(count(99) == 100);
  CHECK(count(100) == 101);
  CHECK(count(101) == 102);
  CHECK(count(5000) == 102);
  const auto problems = problems_of(world);
  CHECK_THAT(problems[99].message, Contains("expected style /100;"));
  CHECK(problems[100].message == no_more_shown);
  CHECK_THAT(problems[101].place.file, EndsWith("b.test.lua"));
}

TEST_CASE("a failure at the end of the file that is one too many is told as more", "[script][bounds]") {
  RulesWorld world;
  world.write("rules/a.lua", "rule { path = \"/\", hints = { style \"/a.css\" } }");
  world.write("rules/a.test.lua",
              "for i = 1, 100 do expect(request{}).hints{ style(\"/\" .. i) } end\nerror(\"the end\")");
  const auto problems = problems_of(world);
  REQUIRE(problems.size() == 101);
  CHECK(problems.back().message == no_more_shown);
}

TEST_CASE("a rule file that is wrong without end is told in 100 problems and ends by its time limit",
          "[script][bounds]") {
  RulesWorld world;
  world.options.limits.load_cpu_time = 500ms;
  SECTION("bad rules") {
    world.write("rules/a.lua", "local i = 0 while true do i = i + 1 pcall(rule, { name = \"x\" .. i, hint = {} }) end");
  }
  SECTION("bad hints in good rules") {
    world.write("rules/a.lua",
                "local i = 0 while true do i = i + 1 rule { hints = { style(\"/\" .. i, { x = 1 }) } } end");
  }
  SECTION("bad hints in no rule") {
    world.write("rules/a.lua", "local i = 0 while true do i = i + 1 style(\"/\" .. i, { x = 1 }) end");
  }
  SECTION("names that repeat") {
    world.write("rules/a.lua",
                "local i = 0 while true do i = i + 1 for _ = 1, 2 do rule { name = \"x\" .. i, hints = {} } end end");
  }
  const auto problems = problems_of(world);
  REQUIRE(problems.size() == 101);
  CHECK(problems.back().message == no_more_shown);
  CHECK_THAT(problems[99].message, StartsWith("took more than 500 ms of CPU time"));
  CHECK_THAT(problems[98].place.file, EndsWith("rules/a.lua"));
}

TEST_CASE("one rule with more mistakes than are told", "[script][bounds]") {
  RulesWorld world;
  const std::string many = "local t = {} for i = 1, 100000 do t[\"k\" .. i] = i end ";
  for (const char* rule :
       {"t.hints = {} rule(t)", "rule { hints = { style(\"/a\", t) } }", "rule { when = t, hints = {} }",
        "local l = {} for i = 1, 1000 do l[i] = true end rule { hints = l }"}) {
    INFO(rule);
    const auto problems = problems_of(world, many + rule);
    REQUIRE(problems.size() == 101);
    CHECK(problems.back().message == no_more_shown);
  }
  world.write("rules/a.lua", "rule { hints = {} }");
  world.write("rules/a.test.lua", many + "request(t)");
  const auto problems = problems_of(world);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.size() <= longest_message);
}

TEST_CASE("exactly 100 problems of a rule file are all told", "[script][bounds]") {
  RulesWorld world;
  CHECK(problems_of(world, "for i = 1, 100 do rule { name = \"r\" .. i } end").size() == 100);
  CHECK(problems_of(world, "for i = 1, 101 do rule { name = \"r\" .. i } end").size() == 101);
}

TEST_CASE("a load tells 1,000 problems and says that there are more", "[script][bounds]") {
  RulesWorld world;
  for (int file = 10; file < 30; ++file) {
    world.write("rules/" + std::to_string(file) + ".lua", "for i = 1, 90 do rule { name = \"r\" .. i } end");
  }
  const auto problems = problems_of(world);
  REQUIRE(problems.size() == 1001);
  CHECK(problems.back().text() == "and more; only the first 1000 problems are shown");
}

TEST_CASE("the same file in many sites leaves room for what is wrong elsewhere", "[script][bounds]") {
  RulesWorld world;
  for (int site = 0; site < 20; ++site) world.options.sets.push_back(world.options.sets[0]);
  world.options.sets.push_back({"other", {(world.root / "other/*.lua").string()}, {}});
  world.write("rules/a.lua", "for i = 1, 100 do rule { name = \"r\" .. i } end");
  world.write("other/b.lua", "rule {}");
  const auto problems = problems_of(world);
  REQUIRE(problems.size() == 101);
  CHECK_THAT(problems.back().place.file, EndsWith("other/b.lua"));
}

TEST_CASE("long messages are cut, between characters", "[script][bounds]") {
  RulesWorld world;
  const auto problems = problems_of(world, "error((\"ü\"):rep(1000000))");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.size() <= longest_message);
  CHECK(problems[0].message.size() > longest_message - 100);
  CHECK_THAT(problems[0].message, StartsWith("üüü") && Contains("ü… (cut: it has 2000"));
  CHECK_THAT(world.problems_of("rule { path = (\"x\"):rep(100000), hints = {} }"), Contains("… (cut: it has 10"));
}

TEST_CASE("a configuration that is wrong without end", "[script][bounds]") {
  RulesWorld world;
  world.write("config.lua", "local t = {} for i = 1, 5000 do t[i] = coroutine.create(function() end) end return t");
  SourceLog sources;
  try {
    load_config_file(world.root / "config.lua", "config.lua", sources);
    FAIL("it loaded");
  } catch (const LoadError& error) {
    REQUIRE(error.problems().size() == 101);
    CHECK(error.problems().back().text() == std::string("config.lua: ") + no_more_shown);
  }
}

TEST_CASE("a load that is cancelled ends soon, whatever is running", "[script][cancel]") {
  RulesWorld world;
  world.options.limits.load_cpu_time = 60s;
  world.options.test_timeout = 60s;
  world.write("rules/a.lua", "rule { hints = function() while true do end end }");
  SECTION("a rule file") {
    world.write("rules/b.lua", "while true do end");
  }
  SECTION("a rule file that catches errors") {
    world.write("rules/b.lua", "while true do pcall(coroutine.wrap(function() while true do end end)) end");
  }
  SECTION("a rule file that is wrong without end") {
    world.write("rules/b.lua", "while true do pcall(rule, { hint = {} }) end");
  }
  SECTION("a pattern that searches for long") {
    world.write("rules/b.lua", "local s = (\"a\"):rep(50000) while true do pcall(s.find, s, \".-b\") end");
  }
  SECTION("a test") {
    world.write("rules/b.test.lua", "while true do end");
  }
  SECTION("a function that a test calls") {
    world.options.limits.cpu_time = 60s;
    world.write("rules/b.test.lua", "for i = 1, 1000 do expect(request{}).hints{} end");
  }
  SECTION("with a test behind that would go on") {
    world.write("rules/b.test.lua", "while true do end");
    world.write("rules/c.test.lua", "while true do end");
  }
  const Cancelled cancelled(world);
  CHECK(cancelled.text == "cancelled: the server is stopping");
  CHECK(cancelled.took < soon);
}

TEST_CASE("a load of many short files is cancelled between them", "[script][cancel]") {
  RulesWorld world;
  world.write("rules/a.lua", "local t = {} for i = 1, 3000 do t[i] = i end rule { hints = {} }");
  const Cancelled cancelled(world, 100'000);
  CHECK(cancelled.text == "cancelled: the server is stopping");
  CHECK(cancelled.took < soon);
}

TEST_CASE("a load does not begin where it is cancelled already", "[script][cancel]") {
  RulesWorld world;
  world.options.cancel = std::make_shared<std::atomic<bool>>(true);
  CHECK(world.problems_of("this is no Lua") == "cancelled: the server is stopping");
}

TEST_CASE("what has been loaded goes on serving while the server stops", "[script][cancel]") {
  RulesWorld world;
  const auto cancel = std::make_shared<std::atomic<bool>>(false);
  world.options.cancel = cancel;
  world.options.limits.cpu_time = 5s;
  world.write("rules/a.lua",
              "rule { path = \"/\", hints = function() for i = 1, 3e6 do end return { style \"/a.css\" } end }");
  const auto loaded = world.load(2);
  *cancel = true;
  CHECK(urls(run(loaded, Asked("/").request)) == "/a.css");
}
