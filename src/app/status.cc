// SPDX-License-Identifier: MIT
#include "app/status.h"

#include <ctime>
#include <nlohmann/json.hpp>

namespace outrider::app {
namespace {

using Json = nlohmann::ordered_json;

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// A rule's name is the author's bytes: what is no UTF-8 is replaced, not thrown over.
std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

http::AdminResponse refuse(int status, std::string message) {
  return {status, "application/json", dump(Json{{"error", std::move(message)}})};
}

}  // namespace

void StatusFacts::add(const http::LiveCounters& live, const observe::DeliveryCounters& counters) {
  const auto read = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
  connections += read(live.connections);
  streams += read(live.streams);
  requests += read(live.requests);
  upstream_connections += read(live.upstream_connections);
  connections_total += read(live.connections_total);
  requests_total += read(live.requests_total);
  pushes_total += read(live.pushes_total);
  early_hints_total += read(live.early_hints_total);
  connections_cut += read(live.connections_cut);
  add_to(deliveries, counters);
}

std::string status_json(const StatusFacts& facts) {
  Json json;
  json["version"] = facts.version;
  json["pid"] = facts.pid;
  json["uptime_s"] = facts.uptime.count();
  json["generation"] = facts.generation;
  json["digest"] = facts.digest;
  json["rules"] = facts.rules;
  json["loaded_at"] = rfc3339(facts.loaded_at);
  json["workers"] = facts.workers;
  json["live"] = {{"connections", facts.connections},
                  {"streams", facts.streams},
                  {"requests", facts.requests},
                  {"upstream_connections", facts.upstream_connections}};
  json["totals"] = {{"connections", facts.connections_total},
                    {"requests", facts.requests_total},
                    {"pushes", facts.pushes_total},
                    {"early_hints", facts.early_hints_total},
                    {"connections_cut", facts.connections_cut}};
  json["deliveries"] = Json::object();
  for (const auto& [how, reasons] : facts.deliveries) {
    for (const auto& [reason, count] : reasons) json["deliveries"][std::string(how)][std::string(reason)] = count;
  }
  json["rule_failures"] = Json::object();
  for (const auto& [rule, count] : facts.rule_failures) json["rule_failures"][rule] = count;
  json["listeners"] = Json::array();
  for (const StatusFacts::Listener& listener : facts.listeners) {
    json["listeners"].push_back({{"address", listener.address}, {"tls", listener.tls}});
  }
  return dump(json);
}

http::AdminResponse answer_admin(const http::AdminRequest& request, const std::function<StatusFacts()>& facts) {
  if (request.path != "/v1/status") {
    return refuse(404, "there is nothing at " + std::string(request.path) + "; there is /v1/status");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return refuse(405, std::string(request.method) + " is not possible at /v1/status; GET is");
  }
  return {200, "application/json", status_json(facts())};
}

}  // namespace outrider::app
