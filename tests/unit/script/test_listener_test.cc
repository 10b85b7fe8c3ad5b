// SPDX-License-Identifier: MIT
// What is heard of tests while they run.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "unit/script/tests_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

struct Heard final : TestListener {
  explicit Heard(TestsWorld& world) : root(world.root.string() + "/") { world.options.test_listener = this; }

  std::string root;
  std::vector<std::string> lines;

  void began(std::string_view site, const std::string& file, bool named) override {
    add("began " + file + (named ? ", one of several: " : " for ") + std::string(site));
  }
  void checked(const Place& place, const std::vector<std::string>& groups, const std::vector<Unmet>& wrong) override {
    add((wrong.empty() ? "ok " : "not ok ") + in(place, groups));
  }
  void broke(const Problem& problem, const std::vector<std::string>& groups) override {
    add("broke " + in(problem.place, groups));
  }
  void left_out(const std::string& what) override { add("left out: " + what); }

 private:
  static std::string in(const Place& place, const std::vector<std::string>& groups) {
    std::string text = place.text();
    for (const std::string& group : groups) text += " " + group;
    return text;
  }
  /// Without the folder that is another one in each run.
  void add(std::string line) {
    if (const auto at = line.find(root); at != line.npos) line.erase(at, root.size());
    lines.push_back(std::move(line));
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a listener hears of every check, and of what breaks", "[script][tests]") {
  TestsWorld world;
  Heard heard(world);
  world.with_test(R"(expect(request{}).hints{ "/css/app.css" }
test("group", function()
  expect(request{}).hints{}
  test("inner", function() expect(request{}) end)
  error("boo")
end)
test("other", function() expect(request{}) end)
)");
  CHECK(heard.lines == Lines{"began rules/shop.test.lua for www.example", "ok rules/shop.test.lua:1",
                             "not ok rules/shop.test.lua:3 group", "broke rules/shop.test.lua:5 group",
                             "broke rules/shop.test.lua:7 other"});
}

TEST_CASE("a listener hears which files are tested for several sites", "[script][tests]") {
  TestsWorld world;
  Heard heard(world);
  world.options.sets.push_back(world.options.sets.front());
  world.options.sets.back().site = "other.example";
  world.with_test("expect(request{}).hints{}");
  CHECK(heard.lines == Lines{"began rules/shop.test.lua, one of several: www.example", "not ok rules/shop.test.lua:1",
                             "began rules/shop.test.lua, one of several: other.example",
                             "not ok rules/shop.test.lua:1"});
}

TEST_CASE("a listener hears of a test file that cannot be read", "[script][tests]") {
  TestsWorld world;
  Heard heard(world);
  world.with_test(std::string(SourceLog::largest_lua_file + 1, '-'));
  CHECK(heard.lines == Lines{"began rules/shop.test.lua for www.example", "broke rules/shop.test.lua"});
}

TEST_CASE("a listener hears of what is left out once enough is wrong", "[script][tests]") {
  TestsWorld world;
  Heard heard(world);
  const std::string bad = "for i = 1, 300 do expect(request{}).hints{ \"/\" .. i .. \".css\" } end";
  SECTION("of a file") {
    world.with_test(bad);
    CHECK(std::count(heard.lines.begin(), heard.lines.end(), "not ok rules/shop.test.lua:1") == 101);
    CHECK(heard.lines.back() ==
          "left out: rules/shop.test.lua: the rest of the file was not run: more than 100 problems were found");
  }
  SECTION("of all files") {
    for (char name = 'a'; name != 'm'; ++name) world.write(std::string("rules/") + name + ".test.lua", bad);
    world.problems();
    CHECK(heard.lines.back() == "left out: 2 more files were not run: more than 1000 problems were found");
  }
}
