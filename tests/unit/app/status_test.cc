// SPDX-License-Identifier: MIT
#include "app/admin/status.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "status_facts.h"

using namespace outrider;
using namespace outrider::app;
using nlohmann::json;

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
    live[worker].pushes_failed_total = 3;
    live[worker].client_cookies_good = 8;
    live[worker].client_cookies_rejected = 9;
    live[worker].defended[0] = 2;
    deliveries[worker].add(push::How::push, push::Reason::sent);
  }
  StatusFacts facts = example_facts();
  facts.old_frontends = 3;
  for (int worker = 0; worker < 2; ++worker) facts.add(live[worker], deliveries[worker]);

  CHECK(json::parse(status_json(facts)) == json::parse(R"JSON({
    "off": [{"what": "push of rule \"cart\" of site www.example.com", "site": "www.example.com", "rule": "cart",
             "delivery": "push", "since": "2026-11-22T16:34:05Z", "until": "2026-11-22T17:04:05Z",
             "who": "root (pid 4711)"
},
            {"what": "all hints", "since": "2026-11-22T16:34:06Z", "who": "127.0.0.1"},
            {"what": "rule \"news\" of site www.example.com", "site": "www.example.com", "rule": "news",
             "since": "2026-11-22T16:34:07Z", "who": "the server: 57 of 60 evaluations failed"}],
    "version": "0.1.0", "pid": 12, "uptime_s": 3600, "draining": true,
    "generation": 2, "digest": "9f86d081884c7d659a2feaa0c55ad015", "rules": 14, "loaded_at": "2026-11-22T16:34:05Z",
    "workers": 2, "disk_differs": true,
    "last_reload": {"ok": false, "at": "2026-11-22T16:35:05Z", "cause": "SIGHUP", "who": "",
                    "problems": ["rules/a.lua:3: a", "rules/b.lua: b"]},
    "certificate_problems": [],
    "needs_restart": ["workers: 2 run and 4 are wanted"],
    "generations": [{"generation": 1, "digest": "aa", "rules": 13, "loaded_at": "2026-11-22T16:34:00Z",
                     "cause": "start", "who": "", "requests": 400, "state": "freed", "note": "", "kept": true},
                    {"generation": 2, "digest": "9f86", "rules": 14, "loaded_at": "2026-11-22T16:34:05Z",
                     "cause": "reload", "who": "root (pid 1)", "requests": 7, "state": "live", "note": "a note",
                     "kept": true}],
    "live": {"connections": 4, "streams": 2, "requests": 6, "upstream_connections": 8, "old_frontends": 3},
    "totals": {"connections": 20, "requests": 40, "pushes": 10, "pushes_failed": 6, "early_hints": 12, "connections_cut": 14,
               "client_cookies_good": 16, "client_cookies_rejected": 18},
    "deliveries": {"push": {"sent": 2}},
    "defended": {"rapid_reset": 4},
    "rule_failures": {"cart": 17},
    "certificates": [{"file": "/tls/full.pem", "names": ["a.example", "b.example"],
                      "expires": "2027-01-15T08:00:00Z"}],
    "listeners": [{"address": "[::]:443", "tls": true}, {"address": "unix:/run/x.sock", "tls": false}]
})JSON"));
}

TEST_CASE("status: what is off comes first") {
  CHECK(status_json(example_facts()).find("\"off\"") < status_json(example_facts()).find("\"version\""));
}

TEST_CASE("status: nothing has happened yet") {
  const json parsed = json::parse(status_json(StatusFacts()));
  CHECK(parsed["off"] == json::array());
  CHECK(parsed["draining"] == false);
  CHECK(parsed["disk_differs"] == false);
  CHECK_FALSE(parsed.contains("last_reload"));
  for (const char* list : {"needs_restart", "generations", "certificates", "listeners"}) {
    INFO(list);
    CHECK(parsed[list] == json::array());
  }
  CHECK(parsed["deliveries"] == json::object());
  CHECK(parsed["defended"] == json::object());
  CHECK(parsed["rule_failures"] == json::object());
}

TEST_CASE("status: a rule's name that is no UTF-8 does not break the answer") {
  StatusFacts facts = example_facts();
  facts.rule_failures = {{"\xff", 1}};
  facts.generations[0].note = "rule \"\xff\"";
  CHECK(json::parse(status_json(facts))["rule_failures"].size() == 1);
  CHECK(json::parse(generations_json(facts))["generations"].size() == 2);
}

TEST_CASE("status: the generations alone") {
  const json parsed = json::parse(generations_json(example_facts()));
  CHECK(parsed["live"] == 2);
  CHECK(parsed["generations"] == json::parse(status_json(example_facts()))["generations"]);
}
