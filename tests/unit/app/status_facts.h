// SPDX-License-Identifier: MIT
// A server's facts, every member of them.
#pragma once

#include "app/admin/status.h"

namespace outrider::app {

inline WallTime at(std::time_t seconds) {
  return std::chrono::system_clock::from_time_t(seconds);
}

inline StatusFacts example_facts() {
  constexpr std::time_t loaded = 1'795'365'245;  // 2026-11-22T16:34:05Z
  StatusFacts facts;
  facts.version = "0.1.0";
  facts.pid = 12;
  facts.uptime = std::chrono::seconds(3600);
  facts.draining = true;
  facts.off = {{{"www.example.com", "cart", push::How::push}, at(loaded), at(loaded + 1800), "root (pid 4711)"},
               {{}, at(loaded + 1), std::nullopt, "127.0.0.1"}};
  facts.failing_rules = {
      {{"www.example.com", "news", {}}, at(loaded + 2), std::nullopt, "the server: 57 of 60 evaluations failed"}};
  facts.generation = 2;
  facts.digest = "9f86d081884c7d659a2feaa0c55ad015";
  facts.rules = 14;
  facts.loaded_at = at(loaded);
  facts.disk_differs = true;
  facts.last_reload = {false, at(loaded + 60), {"SIGHUP", ""}, {"rules/a.lua:3: a", "rules/b.lua: b"}};
  facts.last_success = at(loaded);
  facts.needs_restart = {"workers: 2 run and 4 are wanted"};
  facts.generations = {{1, "aa", 13, at(loaded - 5), {"start", ""}, 400, "freed", "", true},
                       {2, "9f86", 14, at(loaded), {"reload", "root (pid 1)"}, 7, "live", "a note", true}};
  facts.workers = 2;
  facts.rule_failures = {{"cart", 17}};
  facts.certificates = {{"/tls/full.pem", {"a.example", "b.example"}, at(1'800'000'000)}};
  facts.listeners = {{"[::]:443", true}, {"unix:/run/x.sock", false}};
  return facts;
}

}  // namespace outrider::app
