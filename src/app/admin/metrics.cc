// SPDX-License-Identifier: MIT
// The names of metrics are a promise to those who alert on them: they are added, never changed.
#include <set>
#include <string_view>
#include <utility>

#include "app/admin/admin_json.h"
#include "app/admin/status.h"
#include "observe/prometheus.h"

namespace outrider::app {
namespace {

using observe::Prometheus;

std::uint64_t unsigned_of(std::int64_t value) {
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

/// A rule's name is the author's bytes: what is no UTF-8 is replaced.
std::string utf8(const std::string& text) {
  return Json::parse(dump(Json(text))).get<std::string>();
}

double seconds_of(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void add_generation(Prometheus& metrics, const StatusFacts& facts) {
  metrics.family("outrider_reload_last_success", "gauge",
                 "1 if the last reload succeeded and certificates can be read; else 0.");
  const bool fine = (!facts.last_reload || facts.last_reload->fine) && facts.certificate_problems.empty();
  metrics.sample({}, std::uint64_t{fine});
  metrics.family("outrider_reload_last_success_timestamp_seconds", "gauge", "When a generation was last loaded.");
  metrics.sample({}, seconds_of(facts.last_success));
  metrics.family("outrider_generation_info", "gauge", "The live generation's digest; always 1.");
  metrics.sample({{"generation", std::to_string(facts.generation)}, {"digest", facts.digest}}, std::uint64_t{1});
  metrics.family("outrider_generation", "gauge", "The live generation's number.");
  metrics.sample({}, facts.generation);
  metrics.family("outrider_disk_differs", "gauge", "1 if the files on disk are not what runs; else 0.");
  metrics.sample({}, std::uint64_t{facts.disk_differs});
  metrics.family("outrider_rules", "gauge", "Rules of the live generation.");
  metrics.sample({}, std::uint64_t{facts.rules});
  metrics.family("outrider_switched_off", "gauge", "How many things an operator has switched off.");
  metrics.sample({}, std::uint64_t{facts.off.size()});
  metrics.family("outrider_failing_rules", "gauge", "Rules that are switched off because they failed too often.");
  metrics.sample({}, std::uint64_t{facts.failing_rules.size()});
  metrics.family("outrider_draining", "gauge", "1 while the health path answers 503; else 0.");
  metrics.sample({}, std::uint64_t{facts.draining});
}

void add_hints(Prometheus& metrics, const StatusFacts& facts) {
  metrics.family("outrider_rule_failures_total", "counter", "Evaluations of a rule that failed, by rule.");
  for (const auto& [rule, count] : facts.rule_failures) metrics.sample({{"rule", utf8(rule)}}, count);
  metrics.family("outrider_deliveries_total", "counter", "Hints by the way they were delivered and the reason.");
  for (const auto& [how, reasons] : facts.deliveries) {
    for (const auto& [reason, count] : reasons) metrics.sample({{"delivery", how}, {"reason", reason}}, count);
  }
}

void add_traffic(Prometheus& metrics, const StatusFacts& facts) {
  metrics.family("outrider_connections", "gauge", "Open client connections.");
  metrics.sample({}, unsigned_of(facts.connections));
  metrics.family("outrider_requests_in_flight", "gauge", "Requests that have begun and not ended, pushes included.");
  metrics.sample({}, unsigned_of(facts.requests));
  metrics.family("outrider_upstream_connections", "gauge", "Open connections to upstreams, idle ones too.");
  metrics.sample({}, unsigned_of(facts.upstream_connections));
  metrics.family("outrider_connections_total", "counter", "Client connections accepted.");
  metrics.sample({}, facts.connections_total);
  metrics.family("outrider_requests_total", "counter", "Requests, pushes included.");
  metrics.sample({}, facts.requests_total);
  metrics.family("outrider_connections_cut_total", "counter", "Connections cut by the guard.");
  metrics.sample({}, facts.connections_cut);
  metrics.family("outrider_defended_total", "counter", "What clients were kept from by the guard, cut for it or not.");
  for (std::size_t i = 0; i != facts.defended.size(); ++i) {
    metrics.sample({{"attack", http::defences[i].id}}, facts.defended[i]);
  }
  metrics.family("outrider_pushes_failed_total", "counter", "Promises that were answered by an error.");
  metrics.sample({}, facts.pushes_failed_total);
  metrics.family("outrider_client_cookies_total", "counter",
                 "Client cookies of ours that were read, by what came of it.");
  metrics.sample({{"result", "good"}}, facts.client_cookies_good);
  metrics.sample({{"result", "rejected"}}, facts.client_cookies_rejected);
  metrics.family("outrider_uptime_seconds", "gauge", "Age of the server process.");
  metrics.sample({}, unsigned_of(facts.uptime.count()));
}

}  // namespace

std::string metrics_text(const StatusFacts& facts) {
  Prometheus metrics;
  add_generation(metrics, facts);
  add_hints(metrics, facts);
  add_traffic(metrics, facts);
  metrics.family("outrider_certificate_expiry_seconds", "gauge", "When a certificate expires, in seconds since 1970.");
  std::set<std::pair<std::string_view, std::string_view>> seen;  // two listeners may have one certificate
  for (const auto& one : facts.certificates) {
    const std::string_view name = one.names.empty() ? std::string_view() : one.names.front();
    if (!seen.emplace(one.file, name).second) continue;
    metrics.sample({{"file", one.file}, {"name", name}}, seconds_of(one.expires));
  }
  return metrics.text();
}

}  // namespace outrider::app
