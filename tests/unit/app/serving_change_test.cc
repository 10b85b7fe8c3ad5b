// SPDX-License-Identifier: MIT
#include "app/reload/serving_change.h"

#include <catch2/catch.hpp>
#include <functional>

#include "app/load/load.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;
using config::Config;

namespace {

config::Listen listen(const std::string& address) {
  config::Listen made;
  made.address = *Address::parse(address);
  made.place = Place{"config.lua", 3};
  return made;
}

Config example() {
  Config config;
  config.listen = {listen("0.0.0.0:80"), listen("unix:/run/x.sock")};
  config.sites.resize(2);
  config.sites[0].name = "a.example";
  config.sites[0].rules = {"/rules/*.lua"};
  config.sites[0].routes.resize(1);
  config.sites[0].routes[0].prefix = "/";
  config.sites[0].routes[0].action = config::Files{"/srv", {}, "", true};
  config.sites[1].name = "*";
  config.health = "/health";
  config.access_log.to = "stdout";
  config.admin.addresses = {*Address::parse("unix:/run/admin.sock")};
  config.admin.group = "adm";
  config.workers = 2;
  return config;
}

/// Whether connections can stay when this is done to the configuration.
bool stays(const std::function<void(Config&)>& change) {
  Config changed = example();
  change(changed);
  const bool same = same_serving(example(), changed);
  CHECK(same_serving(changed, example()) == same);
  return same;
}

using Matches = std::vector<std::optional<std::size_t>>;

Matches matches(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  Config before, after;
  for (const std::string& address : from) before.listen.push_back(listen(address));
  for (const std::string& address : to) after.listen.push_back(listen(address));
  return match_listeners(before, after);
}

std::vector<std::string> restarts(const std::function<void(Config&)>& change, std::size_t workers = 2) {
  Config changed = example();
  change(changed);
  return needs_restart(example(), changed, workers);
}

}  // namespace

TEST_CASE("connections stay where nothing changed that serves them") {
  CHECK(stays([](Config&) {}));
  CHECK(stays([](Config& c) { c.sites[0].rules = {"/other/*.lua", "/more.lua"}; }));
  CHECK(stays([](Config& c) { c.sites[0].place = Place{"config.lua", 99}; }));  // a comment moved it
  CHECK(stays([](Config& c) { c.listen[0].place = Place{"other.lua", 1}; }));
  CHECK(stays([](Config& c) { c.sites[0].routes[0].place = Place{"config.lua", 7}; }));
  CHECK(stays([](Config& c) { c.limits.rule_cpu_ms = 50; }));
  CHECK(stays([](Config& c) { c.limits.rule_memory_bytes *= 2; }));
  CHECK(stays([](Config& c) { c.limits.rule_pattern_steps = 5; }));
  CHECK(stays([](Config& c) { c.limits.failing_rules.percent = 1; }));
  CHECK(stays([](Config& c) { c.limits.shutdown_timeout_ms = 1; }));
  CHECK(stays([](Config& c) { c.limits.drain_delay_ms = 1; }));
  CHECK(stays([](Config& c) { c.access_log.json = true; }));
  CHECK(stays([](Config& c) { c.access_log.to = "/var/log/x"; }));
  CHECK(stays([](Config& c) { c.error_log.level = log::Level::debug; }));
  CHECK(stays([](Config& c) { c.reload.keep_generations = 3; }));
  CHECK(stays([](Config& c) { c.watch = true; }));
  CHECK(stays([](Config& c) { c.jit = true; }));
  CHECK(stays([](Config& c) { c.workers = 8; }));
  CHECK(stays([](Config& c) { c.data_dirs = {"/data"}; }));
  CHECK(stays([](Config& c) { c.bucket_key = "/key"; }));
  CHECK(stays([](Config& c) { c.ticket_keys = {"/key"}; }));
  CHECK(stays([](Config& c) { c.cookie_keys = {"/key"}; }));
  CHECK(stays([](Config& c) { c.clients = "/clients.lua"; }));
  CHECK(stays([](Config& c) { c.admin.mode = 0600; }));
}

TEST_CASE("connections begin anew where something changed that serves them") {
  CHECK_FALSE(stays([](Config& c) { c.listen.pop_back(); }));
  CHECK_FALSE(stays([](Config& c) { c.listen.push_back(listen("0.0.0.0:81")); }));
  CHECK_FALSE(stays([](Config& c) { c.listen[0].redirect_to_https = true; }));
  CHECK_FALSE(stays([](Config& c) { c.listen[0].behind.emplace(); }));
  CHECK_FALSE(stays([](Config& c) { c.listen[0].proxy_protocol_from.emplace(); }));
  CHECK_FALSE(stays([](Config& c) { c.listen[0].tls = {{"/cert", "/key", {}}}; }));
  CHECK_FALSE(stays([](Config& c) { c.listen[1].mode = 0600; }));
  CHECK_FALSE(stays([](Config& c) { std::swap(c.sites[0], c.sites[1]); }));
  CHECK_FALSE(stays([](Config& c) { c.sites.pop_back(); }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].name = "b.example"; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].aliases = {"b.example"}; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].routes[0].action = config::Files{"/srv/new", {}, "", true}; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].routes[0].action = config::Proxy{}; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].routes[0].max_age_s = 5; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].routes.emplace_back().prefix = "/x/"; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].early_hints = push::EarlyHintsFor::nobody; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].push = false; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].budget_bytes = 1; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].client_cookie.reset(); }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].client_cookie->lifetime_s = 60; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].client_cookie->except = {*push::Pattern::parse("/x")}; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].learn.on = false; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].learn.pages = {*push::Pattern::parse("/x")}; }));
  CHECK_FALSE(stays([](Config& c) { c.sites[0].server_timing = true; }));
  CHECK_FALSE(stays([](Config& c) { c.health = "/healthz"; }));
  CHECK_FALSE(stays([](Config& c) { c.limits.pushes_per_connection = 1; }));
  CHECK_FALSE(stays([](Config& c) { c.limits.idle_timeout_ms = 1; }));
  CHECK_FALSE(stays([](Config& c) { c.limits.resets_per_10s = 1; }));
  CHECK_FALSE(stays([](Config& c) { c.access_log.to = "off"; }));
}

TEST_CASE("listeners are matched by their address") {
  CHECK(matches({"0.0.0.0:80", "[::]:443"}, {"[::]:443", "0.0.0.0:80"}) == Matches{1, 0});
  CHECK(matches({"0.0.0.0:80", "[::]:443"}, {"[::]:443"}) == Matches{std::nullopt, 0});
  CHECK(matches({"0.0.0.0:80"}, {"0.0.0.0:81", "unix:/x"}) == Matches{std::nullopt});
  CHECK(matches({}, {"0.0.0.0:81"}).empty());
}

TEST_CASE("of listeners on any port of one address the first is the first") {
  CHECK(matches({"127.0.0.1:0", "127.0.0.1:0"}, {"127.0.0.1:0", "127.0.0.1:0"}) == Matches{0, 1});
  CHECK(matches({"127.0.0.1:0", "127.0.0.1:0"}, {"127.0.0.1:0"}) == Matches{0, std::nullopt});
  CHECK(matches({"127.0.0.1:0"}, {"127.0.0.1:0", "127.0.0.1:0"}) == Matches{0});
}

TEST_CASE("what needs a restart is said") {
  CHECK(restarts([](Config&) {}).empty());
  CHECK(restarts([](Config& c) { c.health = "/x"; }).empty());
  CHECK(restarts([](Config& c) {
          c.cookie_keys = {"/key"};
          c.clients = "/clients.lua";
          c.sites[0].push = false;
        }).empty());
  const std::string when = "takes effect when the server is started again";
  const auto workers = restarts([](Config& c) { c.workers = 4; });
  REQUIRE(workers.size() == 1);
  CHECK(workers[0] == "workers: 2 run and 4 are wanted, which " + when);
  // As many as there are cores are wanted.
  CHECK(restarts([](Config& c) { c.workers = 0; }, worker_count(Config())).empty());

  const auto admin = restarts([](Config& c) { c.admin.addresses = {*Address::parse("127.0.0.1:9")}; });
  REQUIRE(admin.size() == 1);
  CHECK_THAT(admin[0], Contains("was unix:/run/admin.sock and is now 127.0.0.1:9") && Contains(when));
  CHECK_THAT(restarts([](Config& c) { c.admin.addresses.clear(); }).at(0), Contains("is now none"));
  CHECK(restarts([](Config& c) { c.admin.mode = 0600; }).size() == 1);
  CHECK(restarts([](Config& c) { c.admin.group = "wheel"; }).size() == 1);
  CHECK(restarts([](Config& c) { c.admin.token_file = "/token"; }).empty());  // it is read anew

  const auto mode = restarts([](Config& c) { c.listen[1].mode = 0600; });
  REQUIRE(mode.size() == 1);
  CHECK_THAT(mode[0], Contains("config.lua:3: listen: the socket unix:/run/x.sock keeps its mode") && Contains(when));
  CHECK(restarts([](Config& c) { c.listen[1].owner = "www"; }).size() == 1);
  CHECK(restarts([](Config& c) { c.listen[1] = listen("unix:/run/y.sock"); }).empty());  // a new one is made as wanted

  CHECK(restarts([](Config& c) {
          c.workers = 3;
          c.admin.group = "wheel";
          c.listen[1].group = "www";
        }).size() == 3);
}

TEST_CASE("what waits for a restart is said again by the next reload") {
  Config first = example();
  first.admin.group = "wheel";
  first.listen[1].mode = 0600;
  first.health = "/first";
  const Config effect = in_effect(example(), first);
  CHECK(effect.admin == example().admin);
  CHECK_FALSE(effect.listen[1].mode);
  CHECK(effect.health == "/first");
  Config second = first;
  second.health = "/second";
  CHECK(needs_restart(effect, second, 2).size() == 2);
  CHECK(needs_restart(in_effect(effect, second), example(), 2).empty());  // taken back before the restart
}

TEST_CASE("a wildcard that gives IPv4 away, or takes it back, wants other sockets") {
  Config alone = example(), apart = example();
  alone.listen = {listen("[::]:80"), listen("127.0.0.1:81")};
  apart.listen = {listen("[::]:80"), listen("0.0.0.0:80"), listen("127.0.0.1:81")};
  using Matches = std::vector<std::optional<std::size_t>>;
  CHECK(match_listeners(alone, apart) == Matches{std::nullopt, 2});
  CHECK(match_listeners(apart, alone) == Matches{std::nullopt, std::nullopt, 1});
  CHECK(match_listeners(apart, apart) == Matches{0, 1, 2});
}
