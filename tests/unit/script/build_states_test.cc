// SPDX-License-Identifier: MIT
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "rules_world.h"

using namespace outrider;
using namespace outrider::script;

namespace {

constexpr std::size_t many = 20;  // more than are built at a time

/// Puts one of two files in the place of `path`, in turns, until destroyed.
class Turning {
 public:
  Turning(RulesWorld& world, const std::string& path, const std::string& one, const std::string& other)
      : thread_([this, &world, path, texts = std::array{one, other}] {
          for (int turn = 0; !ends_; ++turn) {
            world.write(path + ".new", texts[static_cast<std::size_t>(turn % 2)]);
            std::filesystem::rename(world.root / (path + ".new"), world.root / path);
          }
        }) {}
  ~Turning() {
    ends_ = true;
    thread_.join();
  }
  Turning(const Turning&) = delete;
  Turning& operator=(const Turning&) = delete;

 private:
  std::atomic<bool> ends_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("many states load from the same bytes, whatever is written meanwhile", "[script][rules]") {
  RulesWorld world;
  world.write("rules/pages.json", R"(["/a.css"])");
  world.write("rules/a.lua",
              "local hints = data \"pages.json\"\nrule { path = \"/\", hints = hints }\n"
              "rule { path = \"/f\", hints = function() return hints end }");
  const Turning turning(world, "rules/pages.json", R"(["/a.css"])", R"(["/b.css", "/c.css"])");
  for (int round = 0; round < 10; ++round) {
    const auto loaded = world.load(many);
    const std::set<push::FunctionHost*> distinct = [&] {
      std::set<push::FunctionHost*> hosts;
      for (const auto& host : loaded.functions) hosts.insert(host.get());
      return hosts;
    }();
    REQUIRE(loaded.functions.size() == many);
    REQUIRE(distinct.size() == many);
  }
}

TEST_CASE("what is wrong with the files is said once, however many states there are", "[script][rules][errors]") {
  RulesWorld world;
  world.write("rules/a.lua", "rule { name = \"a\", pth = 1, hints = {} }");
  world.write("rules/b.lua", "error(\"no\")");
  CHECK(world.problems(many) == world.problems());
}

TEST_CASE("one state that differs from all others is found", "[script][rules][errors]") {
  RulesWorld world;
  // Addresses of tables differ from state to state; some have an odd sum of digits.
  world.write("rules/a.lua",
              "rule { name = \"a\", hints = {} }\n"
              "local sum = 0 for digit in tostring({}):sub(9):gmatch(\"%x\") do sum = sum + tonumber(digit, 16) end\n"
              "if sum % 2 == 1 then rule { name = \"b\", hints = {} } end");
  std::string text;
  for (int round = 0; round < 20 && text.empty(); ++round) text = world.problems(many);
  CHECK(text.find("rules/a.lua:3: rule \"b\": one worker's state built it, another's did not") != text.npos);
}
