// SPDX-License-Identifier: MIT
#include "app/admin/status_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace outrider::app {
namespace {

using nlohmann::json;

/// Nothing here may throw over a member of another type: the server may be of another version.
std::string text(const json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

const json& member(const json& object, const char* name) {
  static const json nothing;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? nothing : *found;
}

std::string text(const json& object, const char* name) {
  return text(member(object, name));
}

std::string short_digest(const json& object) {
  return text(object, "digest").substr(0, 16);
}

std::string by(const json& object) {
  const std::string who = text(object, "who");
  return who.empty() ? std::string() : ", by " + who;
}

std::string age(const json& value) {
  if (!value.is_number()) return text(value);
  const auto seconds = value.get<std::int64_t>();
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} days", seconds / 86'400);
}

void append_off(std::string& out, const json& status) {
  for (const json& one : member(status, "off")) {
    out += fmt::format("OFF         {}{}{}\n", text(one, "what"),
                       one.contains("until") ? ", until " + text(one, "until") : std::string(), by(one));
  }
}

void append_running(std::string& out, const json& status) {
  const bool differs = member(status, "disk_differs") == true;
  out += fmt::format("outrider    {}, pid {}, up {}{}\n", text(status, "version"), text(status, "pid"),
                     age(member(status, "uptime_s")), member(status, "draining") == true ? ", DRAINING" : "");
  out += fmt::format("running     {}{}: {} rule{}, digest {}\n", text(status, "generation"),
                     differs ? ", DISK DIFFERS" : "", text(status, "rules"), member(status, "rules") == 1 ? "" : "s",
                     short_digest(status));
  for (const json& problem : member(status, "certificate_problems")) {
    out += fmt::format("FAILED      certificates: {}\n",
                       problem.is_string() ? problem.get<std::string>() : problem.dump());
  }
  const json& last = member(status, "last_reload");
  if (last.is_object() && member(last, "ok") == false) {
    out += fmt::format("FAILED      the last reload, {}, {}{}:\n", text(last, "at"), text(last, "cause"), by(last));
    for (const json& problem : member(last, "problems")) out += "            " + text(problem) + "\n";
  }
  for (const json& sentence : member(status, "needs_restart")) {
    out += fmt::format("restart     {}\n", text(sentence));
  }
}

void append_generations(std::string& out, const json& status) {
  out += "generations\n";
  const json& all = member(status, "generations");
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    out += fmt::format("  {:>6}  {:11} {:16}  {}  {}{}: {} requests{}\n", text(*one, "generation"), text(*one, "state"),
                       short_digest(*one), text(*one, "loaded_at"), text(*one, "cause"), by(*one),
                       text(*one, "requests"), text(*one, "note").empty() ? "" : "; " + text(*one, "note"));
  }
}

void append_traffic(std::string& out, const json& status) {
  const json& live = member(status, "live");
  const json& totals = member(status, "totals");
  out += fmt::format("now         {} connections, {} requests, {} upstream connections\n", text(live, "connections"),
                     text(live, "requests"), text(live, "upstream_connections"));
  out += fmt::format("so far      {} connections, {} requests, {} pushes, {} early hints, {} cut\n",
                     text(totals, "connections"), text(totals, "requests"), text(totals, "pushes"),
                     text(totals, "early_hints"), text(totals, "connections_cut"));
  for (const auto& [attack, count] : member(status, "defended").items()) {
    out += fmt::format("defended    {}: {} times\n", attack, text(count));
  }
  for (const auto& [how, reasons] : member(status, "deliveries").items()) {
    for (const auto& [reason, count] : reasons.items()) {
      out += fmt::format("  {:12} {:24} {}\n", how, reason, text(count));
    }
  }
  for (const auto& [rule, count] : member(status, "rule_failures").items()) {
    out += fmt::format("failing     rule \"{}\": {} times\n", rule, text(count));
  }
  for (const json& one : member(status, "listeners")) {
    out += fmt::format("listening   {}{}\n", text(one, "address"), member(one, "tls") == true ? " (TLS)" : "");
  }
  for (const json& one : member(status, "certificates")) {
    out += fmt::format("certificate {}: expires {}\n", text(one, "file"), text(one, "expires"));
  }
}

}  // namespace

std::string status_text(const json& status) {
  std::string out;
  append_off(out, status);
  append_running(out, status);
  append_generations(out, status);
  append_traffic(out, status);
  return out;
}

}  // namespace outrider::app
