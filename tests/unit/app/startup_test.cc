// SPDX-License-Identifier: MIT
#include "app/load/startup.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "loaded_world.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;

namespace {

struct World : LoadedWorld {
  World() { rules("/first.css"); }

  void rules(const std::string& url) const { write("rules/a.lua", "rule { path = '/', hints = { '" + url + "' } }\n"); }
  FirstLoad start() { return first_load(command, memo, StateFiles(path("state"), command.config), keys, watchdog); }
  StateFiles files() const {
    StateFiles made(path("state"), command.config);
    REQUIRE(made.prepare());
    return made;
  }
  static std::string hint(const FirstLoad& first) {
    return first.loaded.workers.at(0)->sets.at(0)->rules().at(0).hints.at(0).url;
  }

  Memo memo;
};

OffSwitches::Entry cart_off() {
  return {{"", "cart", {}}, WallTime(std::chrono::seconds(5)), std::nullopt, "me"};
}

}  // namespace

TEST_CASE("memo: what a server leaves comes back") {
  Memo memo;
  memo.generation = 7;
  memo.last_generation = 9;
  memo.digest = "d1g";
  memo.draining = true;
  memo.off.off(cart_off());
  const Memo again = Memo::parse(memo.text());
  CHECK(again.generation == 7);
  CHECK(again.last_generation == 9);
  CHECK(again.digest == "d1g");
  CHECK(again.draining);
  REQUIRE(again.off.entries().size() == 1);
  CHECK(again.off.entries()[0].what.rule == "cart");
  // What comes later may know more.
  auto more = nlohmann::json::parse(memo.text());
  more["new"] = 1;
  CHECK(Memo::parse(more.dump()).generation == 7);
}

TEST_CASE("memo: anything else is none") {
  Memo memo;
  memo.generation = memo.last_generation = 7;
  memo.digest = "d1g";
  memo.draining = true;
  memo.off.off(cart_off());
  std::vector<std::string> texts{"", "garbage", "{}", "[]", "null", "7", "\xff", memo.text().substr(0, 20)};
  for (const char* name : {"generation", "last", "digest", "off", "draining"}) {
    auto json = nlohmann::json::parse(memo.text());
    json.erase(name);
    texts.push_back(json.dump());
    if (std::string(name) == "off") continue;  // its entries are read one by one
    json[name] = nlohmann::json::parse("[{}]");
    texts.push_back(json.dump());
  }
  for (const std::string& text : texts) {
    INFO(text);
    const Memo parsed = Memo::parse(text);
    CHECK(parsed.generation == 0);
    CHECK(parsed.last_generation == 0);
    CHECK(parsed.digest.empty());
    CHECK_FALSE(parsed.draining);
    CHECK(parsed.off.entries().empty());
  }
}

TEST_CASE("start: the files on disk, where there was no server before") {
  World world;
  const FirstLoad first = world.start();
  CHECK(first.number == 1);
  CHECK(first.origin.cause == "start");
  CHECK(World::hint(first) == "/first.css");
}

TEST_CASE("start: after a crash what ran goes on, whatever the disk says by then") {
  World world;
  const FirstLoad before = world.start();
  REQUIRE(before.loaded.sources->save(world.files().running()));
  world.memo.generation = 4;
  world.memo.last_generation = 6;
  world.memo.digest = before.loaded.digest;

  world.rules("/second.css");
  const FirstLoad again = world.start();
  CHECK(World::hint(again) == "/first.css");
  CHECK(again.number == 4);
  CHECK(again.origin.cause == "restart");
  CHECK(again.loaded.digest == before.loaded.digest);

  world.write("rules/a.lua", "broken");
  CHECK(World::hint(world.start()) == "/first.css");
  // Tests passed when it was loaded first, and may not be there any more.
  world.rules("/first.css");
  world.write("rules/a.test.lua", "expect(request { path = '/' }).hints { '/other.css' }\n");
  CHECK(World::hint(world.start()) == "/first.css");
}

TEST_CASE("start: what is kept and was not what ran is not taken") {
  World world;
  REQUIRE(world.start().loaded.sources->save(world.files().running()));
  world.memo.generation = 4;
  world.memo.last_generation = 6;
  world.memo.digest = "another";
  world.rules("/second.css");
  const FirstLoad first = world.start();
  CHECK(World::hint(first) == "/second.css");
  CHECK(first.number == 7);
  CHECK(first.origin.cause == "start");
}

TEST_CASE("start: a kept file that is damaged or missing leaves the disk") {
  World world;
  world.memo.generation = 4;
  world.memo.last_generation = 4;
  CHECK(world.start().number == 5);
  write_file(world.files().running().string(), "garbage");
  CHECK(world.start().number == 5);
  CHECK(World::hint(world.start()) == "/first.css");
}

TEST_CASE("start: broken files are told, all of them") {
  World world;
  REQUIRE(world.start().loaded.sources->save(world.files().last_good()));
  world.write("rules/a.lua", "rule { nam = 'x' }\n");
  world.write("rules/b.lua", "rule {\n");
  try {
    world.start();  // nobody asked for the last good one
    FAIL("started");
  } catch (const LoadError& error) {
    CHECK_THAT(error.what(), Contains("rules/a.lua:1") && Contains("rules/b.lua:"));
  }
}

TEST_CASE("start: --or-last-good takes what stood its time where the files are broken") {
  World world;
  world.command.or_last_good = true;
  world.memo.last_generation = 2;
  REQUIRE(world.start().loaded.sources->save(world.files().last_good()));
  world.rules("/second.css");
  CHECK(World::hint(world.start()) == "/second.css");  // the files are fine
  CHECK(world.start().origin.cause == "start");

  world.write("rules/a.lua", "broken");
  const FirstLoad first = world.start();
  CHECK(World::hint(first) == "/first.css");
  CHECK(first.origin.cause == "last good");
  CHECK(first.number == 3);
}

TEST_CASE("start: --or-last-good with nothing kept tells what is wrong with the files") {
  World world;
  world.command.or_last_good = true;
  world.write("rules/a.lua", "rule { nam = 'x' }\n");
  CHECK_THROWS_WITH(world.start(), Contains("rules/a.lua:1: ") && Contains("unknown key \"nam\""));
  write_file(world.files().last_good().string(), "garbage");
  CHECK_THROWS_WITH(world.start(), Contains("unknown key \"nam\""));
}

TEST_CASE("start: a kept generation whose certificates are gone does not stand in the way of the disk's words") {
  World world;
  world.command.or_last_good = true;
  world.make_certificate("a");
  world.configure("", LoadedWorld::tls_listener("a"));
  REQUIRE(world.start().loaded.sources->save(world.files().last_good()));
  world.write("a.pem", "broken");
  world.write("rules/a.lua", "rule { nam = 'x' }\n");
  CHECK_THROWS_WITH(world.start(), Contains("a.pem") && Contains("unknown key \"nam\""));
}
