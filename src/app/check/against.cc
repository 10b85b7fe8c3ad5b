// SPDX-License-Identifier: MIT
#include "app/check/against.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "app/check/asset_warnings.h"
#include "base/text.h"
#include "base/version.h"
#include "fetch/heads.h"
#include "push/origin.h"

namespace outrider::app {
namespace {

/// Nobody asks with one, and the message may go where others read it.
std::string without_password(const std::string& origin) {
  const auto at = origin.rfind('@');
  if (at == std::string::npos) return origin;
  const auto slashes = origin.find("://");
  return origin.substr(0, slashes < at ? slashes + 3 : 0) + "***" + origin.substr(at);
}

Result<const config::Site*> site_of(const std::string& origin, const Offline& offline) {
  const auto parts = push::split_origin(origin);
  const std::string scheme = parts ? lower_case(parts->origin.scheme) : "";
  std::string host;
  if ((scheme != "https" && scheme != "http") || !(parts->rest.empty() || parts->rest == "/") ||
      !http::host_of(parts->origin.authority, host)) {
    return failure(fmt::format("--against: expected an origin such as https://www.example.com, found \"{}\"",
                               printable(without_password(origin))));
  }
  const auto& sites = offline.config().sites;
  const config::Site* site = offline.sites().find(host);
  if (site == nullptr && sites.size() == 1) site = &sites.front();
  if (site != nullptr) return site;
  std::string names;
  for (const config::Site& each : sites) names += (names.empty() ? "" : ", ") + each.name;
  return failure(fmt::format("--against: no site of the configuration is for the host {}; it has {}", host, names));
}

/// Path and query as they are asked for.
std::string target_of(const std::string& url) {
  std::string_view target = url;
  if (const auto parts = push::split_origin(target)) target = parts->rest;
  target = target.substr(0, target.find('#'));
  return target.starts_with('/') ? std::string(target) : "/" + std::string(target);
}

void judge(const std::vector<const Hinted*>& hints, const fetch::Head& head, const std::string& origin,
           Warnings& warnings) {
  std::vector<push::Field> fields;
  for (const auto& [name, value] : head.fields) fields.push_back({name, value});
  for (const Hinted* hinted : hints) {
    if (head.failure.empty()) {
      judge_answer(*hinted, answer_of(head.status, fields, origin), warnings);
    } else {
      warnings.add(about(*hinted, WarningId::no_answer,
                         fmt::format("could not be fetched from {}: {}; see what its log says", origin, head.failure)));
    }
  }
}

}  // namespace

Result<AgainstResult> judge_against(const AgainstServer& server, const std::vector<Hinted>& hints,
                                    const Offline& offline, Warnings& warnings) {
  const std::string& origin = server.origin;
  const auto site = site_of(origin, offline);
  if (!site) return tl::unexpected(site.error());
  if (std::string host; !server.connect_to.empty() && !http::host_of(server.connect_to, host)) {
    return failure(fmt::format("--connect-to: expected a host such as 192.0.2.1 or staging.example:8443, found \"{}\"",
                               printable(server.connect_to)));
  }
  const std::string base = origin.ends_with('/') ? origin.substr(0, origin.size() - 1) : origin;
  std::map<std::string, std::vector<const Hinted*>> by_target;
  for (const Hinted& hinted : hints) {
    if (hinted.hint.kind == push::Kind::preconnect || hinted.hint.url.empty()) continue;
    if (served_by(hinted, offline.sites()).site == *site) by_target[target_of(hinted.hint.url)].push_back(&hinted);
  }
  std::vector<std::string> urls;
  for (const auto& [target, all] : by_target) urls.push_back(base + target);

  fetch::Options options;
  options.user_agent = std::string("outrider-check/") + version;
  options.connect_to = server.connect_to;
  options.ca_file = server.ca_file;
  const std::vector<fetch::Head> heads = fetch::fetch_heads(urls, options);
  AgainstResult result;
  result.fetched = static_cast<std::size_t>(
      std::count_if(heads.begin(), heads.end(), [](const fetch::Head& head) { return head.failure.empty(); }));
  if (result.fetched == 0 && !heads.empty()) {
    result.unreachable = heads.front().failure;
    return result;
  }
  auto head = heads.begin();
  for (const auto& [target, all] : by_target) judge(all, *head++, base, warnings);
  return result;
}

}  // namespace outrider::app
