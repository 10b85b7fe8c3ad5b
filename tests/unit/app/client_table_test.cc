// SPDX-License-Identifier: MIT
#include "app/load/client_table.h"

#include <catch2/catch.hpp>

#include "loaded_world.h"
#include "script/clients_file.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::StartsWith;

namespace {

/// Its generation is loaded again with a table of its own in the configuration.
class ClientsWorld : public LoadedWorld {
 public:
  ClientsWorld() {
    options.workers = 2;
    shipped = load(sources);
    auto config = std::make_shared<config::Config>(*shipped.config);
    config->clients = path("clients.lua");
    options.config = config;
    options.sources = shipped.sources;
  }

  script::SourceLog sources;
  Loaded shipped;
};

const char* const own_table = "return {\n  { family = 'other', push = true },\n  deny = { '*EvilReader*' },\n}\n";

}  // namespace

TEST_CASE("clients: without a file there is the table that ships, for every worker") {
  ClientsWorld world;
  REQUIRE(world.shipped.workers.size() == 2);
  for (const auto& worker : world.shipped.workers) {
    REQUIRE(worker->clients != nullptr);
    CHECK(*worker->clients == *script::shipped_clients());
  }
}

TEST_CASE("clients: a configured file stands in its place, for every worker") {
  ClientsWorld world;
  world.write("clients.lua", own_table);
  const Loaded loaded = world.load();
  REQUIRE(loaded.workers.size() == 2);
  for (const auto& worker : loaded.workers) {
    REQUIRE(worker->clients != nullptr);
    CHECK(worker->clients->rows().size() == 1);
    CHECK(worker->clients->denied() == std::vector<std::string>{"*EvilReader*"});
  }
}

TEST_CASE("clients: a file that is wrong refuses the load, with what else is wrong, and is named as it was typed") {
  ClientsWorld world;
  world.write("clients.lua", "return {\n  { family = 'opera' },\n  { family = 'other', puhs = true },\n}\n");
  world.write("rules/a.lua", "\nrule { name = 'home', path = '/', hints = {}, finall = true }\n");
  const std::vector<std::string> problems = world.problems();
  INFO(Catch::StringMaker<std::vector<std::string>>::convert(problems));
  REQUIRE(problems.size() == 3);
  CHECK_THAT(problems[0], StartsWith("clients.lua:2: row 1: family: found a string (\"opera\")"));
  CHECK_THAT(problems[1], StartsWith("clients.lua:3: row 2: unknown key \"puhs\"; did you mean \"push\"?"));
  CHECK_THAT(problems[2], StartsWith("rules/a.lua:2: rule \"home\": unknown key \"finall\""));
  world.remove("clients.lua");
  CHECK(world.problems().at(0) == "clients.lua: does not exist");
}

TEST_CASE("clients: the file is part of the generation") {
  ClientsWorld world;
  world.write("clients.lua", own_table);
  script::SourceLog first;
  Problems problems;
  const auto table = load_client_table(*world.options.config, world.command.config, first, problems);
  REQUIRE(table != nullptr);
  CHECK(first.snapshot()->answers().files.count(world.path("clients.lua")) == 1);
  world.write("clients.lua", "return {}");
  CHECK(first.snapshot()->differs_from_disk());
  script::SourceLog second;
  REQUIRE(load_client_table(*world.options.config, world.command.config, second, problems) != nullptr);
  CHECK(second.snapshot()->digest() != first.snapshot()->digest());
  // A rollback has it without a disk.
  world.remove("clients.lua");
  script::SourceLog replay(first.snapshot());
  const auto again = load_client_table(*world.options.config, world.command.config, replay, problems);
  REQUIRE(again != nullptr);
  CHECK(*again == *table);
  CHECK(problems.none());
}
