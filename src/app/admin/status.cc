// SPDX-License-Identifier: MIT
#include "app/admin/status.h"

#include <ctime>

#include "app/admin/admin_json.h"

namespace outrider::app {
namespace {

Json off_json(const OffSwitches::Entry& entry) {
  Json json{{"what", describe(entry.what)}};
  if (!entry.what.site.empty()) json["site"] = entry.what.site;
  if (!entry.what.rule.empty()) json["rule"] = entry.what.rule;
  if (entry.what.delivery) json["delivery"] = std::string(push::name_of(*entry.what.delivery));
  json["since"] = rfc3339(entry.since);
  if (entry.until) json["until"] = rfc3339(*entry.until);
  json["who"] = entry.who;
  return json;
}

Json generation_json(const StatusFacts::OneGeneration& generation) {
  return {{"generation", generation.number},  {"digest", generation.digest},
          {"rules", generation.rules},        {"loaded_at", rfc3339(generation.loaded_at)},
          {"cause", generation.origin.cause}, {"who", generation.origin.who},
          {"requests", generation.requests},  {"state", generation.state},
          {"note", generation.note},          {"kept", generation.kept}};
}

Json generation_list(const StatusFacts& facts) {
  Json list = Json::array();
  for (const auto& generation : facts.generations) list.push_back(generation_json(generation));
  return list;
}

void add_generation(Json& json, const StatusFacts& facts) {
  json["generation"] = facts.generation;
  json["digest"] = facts.digest;
  json["rules"] = facts.rules;
  json["loaded_at"] = rfc3339(facts.loaded_at);
  json["workers"] = facts.workers;
  json["disk_differs"] = facts.disk_differs;
  if (facts.last_reload) {
    json["last_reload"] = {{"ok", facts.last_reload->fine},
                           {"at", rfc3339(facts.last_reload->at)},
                           {"cause", facts.last_reload->origin.cause},
                           {"who", facts.last_reload->origin.who},
                           {"problems", facts.last_reload->problems}};
  }
  json["certificate_problems"] = facts.certificate_problems;
  json["needs_restart"] = facts.needs_restart;
  json["generations"] = generation_list(facts);
}

void add_numbers(Json& json, const StatusFacts& facts) {
  json["live"] = {{"connections", facts.connections},
                  {"streams", facts.streams},
                  {"requests", facts.requests},
                  {"upstream_connections", facts.upstream_connections},
                  {"old_frontends", facts.old_frontends}};
  json["totals"] = {{"connections", facts.connections_total},
                    {"requests", facts.requests_total},
                    {"pushes", facts.pushes_total},
                    {"pushes_failed", facts.pushes_failed_total},
                    {"early_hints", facts.early_hints_total},
                    {"connections_cut", facts.connections_cut},
                    {"client_cookies_good", facts.client_cookies_good},
                    {"client_cookies_rejected", facts.client_cookies_rejected}};
  json["defended"] = Json::object();
  for (std::size_t i = 0; i != facts.defended.size(); ++i) {
    if (facts.defended[i] != 0) json["defended"][std::string(http::defences[i].id)] = facts.defended[i];
  }
  json["deliveries"] = Json::object();
  for (const auto& [how, reasons] : facts.deliveries) {
    for (const auto& [reason, count] : reasons) json["deliveries"][std::string(how)][std::string(reason)] = count;
  }
  json["rule_failures"] = facts.rule_failures;  // as a whole: looking each of ten thousand names up would take long
}

}  // namespace

std::string rfc3339(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

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
  for (std::size_t i = 0; i != defended.size(); ++i) defended[i] += read(live.defended[i]);
  pushes_failed_total += read(live.pushes_failed_total);
  client_cookies_good += read(live.client_cookies_good);
  client_cookies_rejected += read(live.client_cookies_rejected);
  add_to(deliveries, counters);
}

std::string status_json(const StatusFacts& facts) {
  Json json;
  json["off"] = Json::array();
  for (const auto* entries : {&facts.off, &facts.failing_rules}) {
    for (const auto& entry : *entries) json["off"].push_back(off_json(entry));
  }
  json["version"] = facts.version;
  json["pid"] = facts.pid;
  json["uptime_s"] = facts.uptime.count();
  json["draining"] = facts.draining;
  add_generation(json, facts);
  add_numbers(json, facts);
  json["certificates"] = Json::array();
  for (const auto& one : facts.certificates) {
    json["certificates"].push_back({{"file", one.file}, {"names", one.names}, {"expires", rfc3339(one.expires)}});
  }
  json["listeners"] = Json::array();
  for (const StatusFacts::Listener& listener : facts.listeners) {
    json["listeners"].push_back({{"address", listener.address}, {"tls", listener.tls}});
  }
  return dump(json);
}

std::string generations_json(const StatusFacts& facts) {
  return dump(Json{{"live", facts.generation}, {"generations", generation_list(facts)}});
}

}  // namespace outrider::app
