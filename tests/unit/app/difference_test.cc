// SPDX-License-Identifier: MIT
#include "app/reload/difference.h"

#include <catch2/catch.hpp>
#include <functional>

#include "loaded_world.h"

using namespace outrider;
using namespace outrider::app;

namespace {

struct World : LoadedWorld {
  World() {
    write("rules/shop.lua",
          "rule { name = 'cart', path = '/cart', hints = { '/cart.css' } }\n"
          "rule { name = 'home', path = '/', hints = function(req)\n"
          "  return { '/home.css' }\n"
          "end }\n");
    before.emplace(load());
  }
  std::vector<std::string> changes() {
    const Loaded after = load();
    return difference(side(*before), side(after));
  }
  static Side side(const Loaded& loaded) { return {*loaded.config, *loaded.workers.front(), *loaded.sources}; }

  std::optional<Loaded> before;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("difference: nothing changed") {
  World world;
  CHECK(world.changes().empty());
}

TEST_CASE("difference: a function's body") {
  World world;
  world.write("rules/shop.lua",
              "rule { name = 'cart', path = '/cart', hints = { '/cart.css' } }\n"
              "rule { name = 'home', path = '/', hints = function(req)\n"
              "  return { '/new.css' }\n"
              "end }\n");
  CHECK(world.changes() == Lines{"~ rules/shop.lua", "~ rule \"home\" of *"});
}

TEST_CASE("difference: a declared hint; what only moved did not change") {
  World world;
  world.write("rules/shop.lua",
              "-- a comment\n\n"
              "rule { name = 'cart', path = '/cart', hints = { '/new.css' } } -- another\n"
              "rule { name = 'home', path = '/', hints = function(req)\n"
              "  return { '/home.css' }\n"
              "end }\n");
  CHECK(world.changes() == Lines{"~ rules/shop.lua", "~ rule \"cart\" of *"});
}

TEST_CASE("difference: rules that come and go") {
  World world;
  world.write("rules/shop.lua", "rule { name = 'cart', path = '/cart', hints = { '/cart.css' } }\n");
  world.write("rules/zoo.lua", "rule { name = 'zoo', path = '/zoo', hints = { '/zoo.css' } }\n");
  CHECK(world.changes() == Lines{"~ rules/shop.lua", "+ rules/zoo.lua", "- rule \"home\" of *", "+ rule \"zoo\" of *"});
}

TEST_CASE("difference: a file that is renamed keeps its rules") {
  World world;
  std::filesystem::rename(world.path("rules/shop.lua"), world.path("rules/store.lua"));
  CHECK(world.changes() == Lines{"- rules/shop.lua", "+ rules/store.lua"});
}

TEST_CASE("difference: rules that a loop builds share a line, and their functions a text") {
  World world;
  const auto loop = [&](const std::string& url) {
    world.write("rules/loop.lua",
                "for _, name in ipairs { 'x', 'y' } do\n"
                "  rule { name = name, path = '/' .. name, hints = function() return { '" +
                    url +
                    "' } end }\n"
                    "end\n"
                    "rule { name = 'after', path = '/after', hints = function() return { '/after.css' } end }\n");
  };
  loop("/a.css");
  world.before.emplace(world.load());
  loop("/b.css");
  CHECK(world.changes() == Lines{"~ rules/loop.lua", "~ rule \"x\" of *", "~ rule \"y\" of *"});
}

TEST_CASE("difference: files of one name in two folders are not mixed up") {
  World world;
  const auto sites = [&](const std::string& url) {
    world.write("config.lua",
                "return { listen = { { address = '127.0.0.1:0' } }, sites = {\n"
                "  ['a.example'] = { rules = 'a/*.lua', routes = { ['/'] = { files = 'www' } } },\n"
                "  ['b.example'] = { rules = 'b/*.lua', routes = { ['/'] = { files = 'www' } } } } }\n");
    world.write("a/r.lua", "rule { name = 'r', path = '/', hints = function() return { '" + url + "' } end }\n");
    world.write("b/r.lua", "rule { name = 'r', path = '/', hints = function() return { '/b.css' } end }\n");
  };
  sites("/old.css");
  world.before.emplace(world.load());
  sites("/new.css");
  CHECK(world.changes() == Lines{"~ a/r.lua", "~ rule \"r\" of a.example"});
}

TEST_CASE("difference: rules that are built from data") {
  World world;
  const auto table = [&](const std::string& url) {
    world.write("rules/urls.json", "[\"" + url + "\"]");
    world.write("rules/table.lua", "rule { name = 'table', path = '/table', hints = data 'urls.json' }\n");
  };
  table("/a.css");
  world.before.emplace(world.load());
  table("/b.css");
  CHECK(world.changes() == Lines{"~ rules/urls.json", "~ rule \"table\" of *"});
}

TEST_CASE("difference: listeners, sites and settings") {
  World world;
  world.write("config.lua",
              "return { listen = { { address = '127.0.0.1:0', redirect_to_https = true }, { address = "
              "'127.0.0.1:8123' } },\n"
              "sites = { ['*'] = { rules = 'rules/*.lua', aliases = {}, routes = { ['/'] = { files = 'www', max_age = "
              "5 } } },\n"
              "  ['new.example'] = { routes = { ['/'] = { files = 'www' } } } },\n"
              "health = '/health', workers = 3, watch = true, limits = { rule_cpu_ms = 9 } }\n");
  const Lines lines = world.changes();
  for (const char* line : {"~ config.lua", "~ listen 127.0.0.1:0", "+ listen 127.0.0.1:8123", "~ site *",
                           "+ site new.example", "~ health", "~ workers", "~ watch", "~ limits"}) {
    INFO(line);
    CHECK(std::find(lines.begin(), lines.end(), line) != lines.end());
  }
  CHECK(lines.size() == 9);
}

TEST_CASE("difference: keys of client cookies, the table of clients and a site's delivery") {
  const World world;
  const Side before = World::side(*world.before);
  const auto changed = [&](const std::function<void(config::Config&)>& change) {
    config::Config config = before.config;
    change(config);
    return difference(before, {config, before.rules, before.sources});
  };
  CHECK(changed([](config::Config& c) { c.cookie_keys = {"/new", "/old"}; }) == Lines{"~ cookie_keys"});
  CHECK(changed([](config::Config& c) { c.clients = "/clients.lua"; }) == Lines{"~ clients"});
  CHECK(changed([](config::Config& c) { c.sites[0].early_hints = push::EarlyHintsFor::everybody; }) ==
        Lines{"~ site *"});
  CHECK(changed([](config::Config& c) { c.sites[0].client_cookie->name = "has"; }) == Lines{"~ site *"});
}

TEST_CASE("difference: two listeners on any port are two") {
  World world;
  const std::string one = "{ address = '127.0.0.1:0' }";
  const std::string other = "{ address = '127.0.0.1:0', redirect_to_https = true }";
  world.configure("", one + ", " + other);
  world.before.emplace(world.load());
  CHECK(world.changes().empty());
  world.configure("", one + ", " + one);
  CHECK(world.changes() == Lines{"~ config.lua", "~ listen 127.0.0.1:0"});
  world.configure("", one);
  CHECK(world.changes() == Lines{"~ config.lua", "- listen 127.0.0.1:0"});
  world.configure("", one + ", " + other + ", " + one);
  CHECK(world.changes() == Lines{"~ config.lua", "+ listen 127.0.0.1:0"});
}

TEST_CASE("difference: ten thousand rules come to an end") {
  std::string file, changed;
  for (int number = 0; number < 10'000; ++number) {
    const std::string name = std::to_string(number);
    file += "rule { name = 'r" + name + "', path = '/" + name + "', hints = function() return {} end }\n";
  }
  changed = file + "rule { name = 'last', path = '/last', hints = {} }\n";
  const auto side = [](const std::string& text) {
    script::Answers answers;
    answers.files["/conf/rules/many.lua"].text = std::make_shared<const std::string>(text);
    const auto count = std::count(text.begin(), text.end(), '\n');
    std::vector<push::Rule> rules(static_cast<std::size_t>(count));
    for (std::size_t index = 0; index < rules.size(); ++index) {
      rules[index].name = index == 10'000 ? "last" : "r" + std::to_string(index);
      rules[index].place = {"rules/many.lua", static_cast<int>(index) + 1};
      rules[index].hints_function = static_cast<int>(index);
    }
    push::WorkerRules worker;
    worker.sets = {std::make_shared<const push::RuleSet>(std::move(rules))};
    return std::pair(std::make_shared<push::WorkerRules>(std::move(worker)),
                     std::make_shared<script::Snapshot>(std::move(answers)));
  };
  config::Config config;
  config.folder = "/conf";
  config.sites.resize(1);
  config.sites[0].name = "*";
  const auto before = side(file), after = side(changed);
  CHECK(difference({config, *before.first, *before.second}, {config, *before.first, *before.second}).empty());
  CHECK(difference({config, *before.first, *before.second}, {config, *after.first, *after.second}) ==
        Lines{"~ rules/many.lua", "+ rule \"last\" of *"});
}
