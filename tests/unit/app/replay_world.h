// SPDX-License-Identifier: MIT
// A configuration with rules on disk, and logs that are replayed against them.
#pragma once

#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/replay/replay.h"
#include "app/replay/replay_json.h"
#include "loaded_world.h"

namespace outrider::app {

using Json = nlohmann::ordered_json;

/// A line of our log; `deliveries` are pairs of rule and URL.
inline std::string line(const std::string& target, const std::vector<std::pair<std::string, std::string>>& deliveries,
                        const std::string& more = {}) {
  std::string list;
  for (const auto& [rule, url] : deliveries) {
    list += fmt::format("{}{{\"url\":\"{}\",\"rule\":\"{}\",\"how\":\"link\",\"reason\":\"sent\"}}",
                        list.empty() ? "" : ",", url, rule);
  }
  return fmt::format(
      "{{\"time\":\"2026-11-22T16:34:05.678Z\",\"client\":\"192.0.2.7\",\"peer\":\"192.0.2.7\",\"method\":\"GET\","
      "\"host\":\""
      "shop.example:8443\",\"target\":\"{}\",\"protocol\":\"HTTP/"
      "2\",\"scheme\":\"https\",\"mode\":\"navigate\",\"status\":"
      "200,\"user_agent\":\"curl/8\",{}\"deliveries\":[{}]}}\n",
      target, more, list);
}

struct ReplayWorld : LoadedWorld {
  ReplayWorld() {
    write("www/a.css", "x");
    write("www/b.css", "x");
  }

  void rules(const std::string& text) const { write("rules/a.lua", text); }

  Json replay(const std::string& log, std::size_t threads = 2, bool with_baseline = false,
              std::chrono::milliseconds patience = std::chrono::seconds(2)) const {
    write("log", log);
    const Candidate candidate(path("config.lua"), threads);
    std::optional<Candidate> baseline;
    if (with_baseline) baseline.emplace(path("before.lua"), threads);
    const ReplayNames names{"config.lua", with_baseline ? "before.lua" : "", {"log"}};
    const auto replayed =
        app::replay({{path("log")}, "shop.example", patience}, candidate, baseline ? &*baseline : nullptr, threads);
    REQUIRE(replayed);
    return replay_json(*replayed, names, 10);
  }
};

inline constexpr const char* home = "rule { name = 'home', path = '/', hints = { '/a.css', '/b.css' } }\n";

inline Json counts(std::initializer_list<std::pair<const char*, int>> all) {
  Json json = Json::array();
  for (const auto& [hint, requests] : all) json.push_back({{"hint", hint}, {"requests", requests}});
  return json;
}

}  // namespace outrider::app
