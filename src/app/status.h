// SPDX-License-Identifier: MIT
// The answer of `GET /v1/status`. Pure: facts in, JSON out.
//
//   { "version": "0.1.0", "pid": 12, "uptime_s": 3600,
//     "generation": 2, "digest": "9f…", "rules": 14, "loaded_at": "2026-11-22T16:34:05Z", "workers": 4,
//     "live":   { "connections": 3, "streams": 1, "requests": 1, "upstream_connections": 2 },
//     "totals": { "connections": 90, "requests": 400, "pushes": 30, "early_hints": 7, "connections_cut": 0 },
//     "deliveries": { "push": { "sent": 30 }, "link": { "not_navigation": 12 } },
//     "rule_failures": { "cart": 17 },
//     "listeners": [ { "address": "[::]:443", "tls": true } ] }
//
// `live` is now, everything else counts since the start of this server process. `deliveries` and `rule_failures` name
// only what has happened. Members are added, never renamed, within /v1.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "http/admin_server.h"
#include "http/frontend.h"
#include "observe/counters.h"

namespace outrider::app {

struct StatusFacts {
  struct Listener {
    std::string address;  // with its real port
    bool tls = false;
  };

  std::string version;
  int pid = 0;
  std::chrono::seconds uptime{};
  std::uint64_t generation = 0;
  std::string digest;
  std::size_t rules = 0;
  std::chrono::system_clock::time_point loaded_at;
  std::size_t workers = 0;
  std::int64_t connections = 0, streams = 0, requests = 0, upstream_connections = 0;
  std::uint64_t connections_total = 0, requests_total = 0, pushes_total = 0, early_hints_total = 0, connections_cut = 0;
  observe::DeliverySums deliveries;
  std::map<std::string, std::uint64_t> rule_failures;
  std::vector<Listener> listeners;

  /// Adds one worker's numbers.
  void add(const http::LiveCounters& live, const observe::DeliveryCounters& counters);
};

std::string status_json(const StatusFacts& facts);

/// The admin plane's answers: /v1/status, 404 and 405 as JSON.
http::AdminResponse answer_admin(const http::AdminRequest& request, const std::function<StatusFacts()>& facts);

}  // namespace outrider::app
