// SPDX-License-Identifier: MIT
#include "app/admin/status_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "status_facts.h"

using namespace outrider;
using namespace outrider::app;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace {

json example() {
  return json::parse(status_json(example_facts()));
}

}  // namespace

TEST_CASE("status for people: what is off comes first") {
  const std::string text = status_text(example());
  CHECK_THAT(text,
             StartsWith("OFF         push of rule \"cart\" of site www.example.com, until 2026-11-22T17:04:05Z, "
                        "by root (pid 4711)\nOFF         all hints, by 127.0.0.1\nOFF         rule \"news\" of site "
                        "www.example.com, by the server: 57 of 60 evaluations failed\noutrider"));
}

TEST_CASE("status for people: everything that matters is there") {
  const std::string text = status_text(example());
  CHECK_THAT(text, Contains("outrider    0.1.0, pid 12, up 60 min, DRAINING\n"));
  CHECK_THAT(text, Contains("running     2, DISK DIFFERS: 14 rules, digest 9f86d081884c7d65\n"));
  CHECK_THAT(text, Contains("FAILED      the last reload, 2026-11-22T16:35:05Z, SIGHUP:\n            rules/a.lua:3: "
                            "a\n            rules/b.lua: b\n"));
  CHECK_THAT(text, Contains("restart     workers: 2 run and 4 are wanted\n"));
  CHECK_THAT(text, Contains("reload, by root (pid 1): 7 requests; a note\n"));
  CHECK_THAT(text, Contains("failing     rule \"cart\": 17 times\n"));
  CHECK_THAT(text, Contains("listening   [::]:443 (TLS)\nlistening   unix:/run/x.sock\n"));
  CHECK_THAT(text, Contains("certificate /tls/full.pem: expires 2027-01-15T08:00:00Z\n"));
  // The newest generation is what one looks for.
  CHECK(text.find("reload, by root (pid 1)") < text.find("start: 400 requests"));
}

TEST_CASE("status for people: nothing is shouted where all is well") {
  StatusFacts facts = example_facts();
  facts.off.clear();
  facts.failing_rules.clear();
  facts.draining = facts.disk_differs = false;
  facts.last_reload->fine = true;
  facts.needs_restart.clear();
  const std::string text = status_text(json::parse(status_json(facts)));
  CHECK_THAT(text, StartsWith("outrider    0.1.0, pid 12, up 60 min\nrunning     2: 14 rules"));
  for (const char* word : {"OFF", "DRAINING", "DIFFERS", "FAILED", "restart"}) CHECK_THAT(text, !Contains(word));
}

TEST_CASE("status for people: a server of another version lacks members, or has others in their place") {
  const json members = example();
  for (const auto& [name, value] : members.items()) {
    INFO(name);
    json without = example();
    without.erase(name);
    CHECK_NOTHROW(status_text(without));
    for (const char* other :
         {"null", "5", "-1.5", "\"text\"", "true", "[]", "{}", "[[1], {\"a\": [2]}, null, \"x\"]",
          "{\"a\": 1, \"b\": [1, 2], \"c\": {\"d\": {\"e\": 1}}, \"ok\": false, \"problems\": 3}"}) {
      INFO(other);
      json changed = example();
      changed[name] = json::parse(other);
      CHECK_NOTHROW(status_text(changed));
    }
  }
  for (const char* whole : {"null", "[]", "7", "\"x\"", "{}", "[1]", "true"}) {
    INFO(whole);
    CHECK_NOTHROW(status_text(json::parse(whole)));
  }
}
