// SPDX-License-Identifier: MIT
// What the server tells of itself, as JSON, as Prometheus metrics and for people. Pure: facts in, text out. The JSON of
// `GET /v1/status`:
//
//   { "off": [ { "what": "push of site www.example.com", "site": "…", "rule": "…", "delivery": "push",
//                "since": "…", "until": "…", "who": "root (pid 4711)" },
//              { "what": "rule \"cart\" of site www.example.com", "site": "…", "rule": "cart", "since": "…",
//                "who": "the server: 57 of 60 evaluations failed" } ],
//     "version": "0.1.0", "pid": 12, "uptime_s": 3600, "draining": false,
//     "generation": 2, "digest": "9f…", "rules": 14, "loaded_at": "2026-11-22T16:34:05Z", "workers": 4,
//     "disk_differs": false,
//     "last_reload": { "ok": false, "at": "…", "cause": "SIGHUP", "who": "", "problems": [ "rules/a.lua:3: …" ] },
//     "certificate_problems": [],
//     "needs_restart": [ "workers: 2 run and 4 are wanted, …" ],
//     "generations": [ { "generation": 1, "digest": "…", "rules": 14, "loaded_at": "…", "cause": "start", "who": "",
//                        "requests": 400, "state": "freed", "note": "", "kept": true } ],
//     "live":   { "connections": 3, "streams": 1, "requests": 1, "upstream_connections": 2, "old_frontends": 0 },
//     "totals": { "connections": 90, "requests": 400, "pushes": 30, "pushes_failed": 1, "early_hints": 7,
//     "connections_cut": 0,
//                 "client_cookies_good": 12, "client_cookies_rejected": 0 },
//     "defended": { "rapid_reset": 2 },
//     "deliveries": { "push": { "sent": 30 }, "link": { "not_navigation": 12 } },
//     "rule_failures": { "cart": 17 },
//     "certificates": [ { "file": "tls/fullchain.pem", "names": [ "…" ], "expires": "…" } ],
//     "listeners": [ { "address": "[::]:443", "tls": true } ] }
//
// `live` is now, everything else counts since the start of this server process. `deliveries`, `defended` and
// `rule_failures` name only what has happened; `last_reload` is there once there was one. Members are added, never renamed, within /v1.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/admin/off_switches.h"
#include "http/frontend.h"
#include "observe/counters.h"

namespace outrider::app {

struct StatusFacts {
  struct Listener {
    std::string address;  // with its real port
    bool tls = false;
  };
  struct OneGeneration {
    std::uint64_t number = 0;
    std::string digest;
    std::size_t rules = 0;
    WallTime loaded_at{};
    Origin origin;
    std::uint64_t requests = 0;
    std::string state, note;
    bool kept = false;  // can be taken back
  };
  struct LastReload {
    bool fine = true;
    WallTime at{};
    Origin origin;
    std::vector<std::string> problems;
  };
  struct Certificate {
    std::string file;
    std::vector<std::string> names;
    WallTime expires{};
  };

  std::string version;
  int pid = 0;
  std::chrono::seconds uptime{};
  bool draining = false;
  std::vector<OffSwitches::Entry> off;            // by an operator
  std::vector<OffSwitches::Entry> failing_rules;  // by the server itself
  std::uint64_t generation = 0;
  std::string digest;
  std::size_t rules = 0;
  WallTime loaded_at;
  bool disk_differs = false;
  std::optional<LastReload> last_reload;          // of files: certificates by themselves are below
  std::vector<std::string> certificate_problems;  // of the last time that they were read by themselves
  WallTime last_success{};                        // of a load, the first one too
  std::vector<std::string> needs_restart;
  std::vector<OneGeneration> generations;  // oldest first
  std::size_t workers = 0;
  std::int64_t connections = 0, streams = 0, requests = 0, upstream_connections = 0;
  std::size_t old_frontends = 0;
  std::uint64_t connections_total = 0, requests_total = 0, pushes_total = 0, early_hints_total = 0, connections_cut = 0;
  std::array<std::uint64_t, http::defences.size()> defended{};
  std::uint64_t pushes_failed_total = 0, client_cookies_good = 0, client_cookies_rejected = 0;
  observe::DeliverySums deliveries;
  std::map<std::string, std::uint64_t> rule_failures;
  std::vector<Certificate> certificates;
  std::vector<Listener> listeners;

  /// Adds one worker's numbers.
  void add(const http::LiveCounters& live, const observe::DeliveryCounters& counters);
};

/// "2026-11-22T16:34:05Z" (RFC 3339).
std::string rfc3339(WallTime time);

std::string status_json(const StatusFacts& facts);
/// `GET /v1/generations`: { "live": 2, "generations": [ … ] }, as above.
std::string generations_json(const StatusFacts& facts);
/// `GET /metrics`, in Prometheus' text format.
std::string metrics_text(const StatusFacts& facts);

}  // namespace outrider::app
