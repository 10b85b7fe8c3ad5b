// SPDX-License-Identifier: MIT
#include "app/status.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace outrider;
using namespace outrider::app;
using nlohmann::json;

namespace {

StatusFacts example() {
  StatusFacts facts;
  facts.version = "0.1.0";
  facts.pid = 12;
  facts.uptime = std::chrono::seconds(3600);
  facts.generation = 2;
  facts.digest = "9f86";
  facts.rules = 14;
  facts.loaded_at = std::chrono::system_clock::from_time_t(1'795'365'245);
  facts.workers = 2;
  facts.rule_failures = {{"cart", 17}};
  facts.listeners = {{"[::]:443", true}, {"unix:/run/x.sock", false}};
  return facts;
}

}  // namespace

TEST_CASE("status: the shape that /v1 promises") {
  http::LiveCounters live[2];
  observe::DeliveryCounters deliveries[2];
  for (int worker = 0; worker < 2; ++worker) {
    live[worker].connections = 2;
    live[worker].streams = 1;
    live[worker].requests = 3;
    live[worker].upstream_connections = 4;
    live[worker].connections_total = 10;
    live[worker].requests_total = 20;
    live[worker].pushes_total = 5;
    live[worker].early_hints_total = 6;
    live[worker].connections_cut = 7;
    deliveries[worker].add(push::How::push, push::Reason::sent);
  }
  StatusFacts facts = example();
  for (int worker = 0; worker < 2; ++worker) facts.add(live[worker], deliveries[worker]);

  CHECK(json::parse(status_json(facts)) == json::parse(R"({
    "version": "0.1.0", "pid": 12, "uptime_s": 3600,
    "generation": 2, "digest": "9f86", "rules": 14, "loaded_at": "2026-11-22T16:34:05Z", "workers": 2,
    "live": {"connections": 4, "streams": 2, "requests": 6, "upstream_connections": 8},
    "totals": {"connections": 20, "requests": 40, "pushes": 10, "early_hints": 12, "connections_cut": 14},
    "deliveries": {"push": {"sent": 2}},
    "rule_failures": {"cart": 17},
    "listeners": [{"address": "[::]:443", "tls": true}, {"address": "unix:/run/x.sock", "tls": false}]
  })"));
}

TEST_CASE("status: nothing has happened yet") {
  StatusFacts facts = example();
  facts.rule_failures.clear();
  const json parsed = json::parse(status_json(facts));
  CHECK(parsed["deliveries"] == json::object());
  CHECK(parsed["rule_failures"] == json::object());
}

TEST_CASE("status: a rule's name that is no UTF-8 does not break the answer") {
  StatusFacts facts = example();
  facts.rule_failures = {{"\xff", 1}};
  CHECK(json::parse(status_json(facts))["rule_failures"].size() == 1);
}

TEST_CASE("the admin plane answers /v1/status and refuses the rest in JSON") {
  const auto ask = [](std::string_view method, std::string_view path) {
    return answer_admin({method, path, {}, {}}, [] { return example(); });
  };
  CHECK(ask("GET", "/v1/status").status == 200);
  CHECK(json::parse(ask("GET", "/v1/status").body)["generation"] == 2);
  CHECK(ask("POST", "/v1/status").status == 405);
  CHECK(json::parse(ask("DELETE", "/v1/status").body)["error"].is_string());
  CHECK(ask("GET", "/").status == 404);
  CHECK(ask("GET", "/v1/status/").status == 404);
  CHECK(json::parse(ask("GET", "/\xff").body)["error"].is_string());
  CHECK(ask("GET", "/").content_type == "application/json");
}
