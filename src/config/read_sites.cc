// SPDX-License-Identifier: MIT
// sites = { ["www.example.com"] = { aliases = …, rules = …, routes = … }, … }, here or in an included file.
#include <algorithm>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "config/host_name.h"
#include "config/paths.h"
#include "config/reading.h"

namespace outrider::config {
namespace {

constexpr std::string_view host_expected = "a host such as \"www.example.com\", \"*.example.com\" or \"*\"";

/// The host, which `site` claims (itself where that is empty); an empty string where it is wrong.
std::string read_host(Reading& reading, const Text& text, const std::string& site) {
  auto name = parse_host_name(text.text);
  if (!name) {
    reading.report.wrong(text, host_expected, name.error().message);
    return {};
  }
  reading.hosts.push_back({*name, text, site.empty() ? *name : site, !site.empty()});
  return std::move(*name);
}

/// A glob's folder must be there, even if no file matches yet.
std::string read_rules_glob(Reading& reading, const Text& text) {
  const std::filesystem::path glob = absolute(reading.folder, text.text);
  const std::filesystem::path fixed = fixed_part(glob);
  std::error_code ignored;
  if (fixed != glob) {
    check_directory(reading.report, text, fixed);
  } else if (std::filesystem::is_directory(glob, ignored)) {
    reading.report.wrong(text, "rule files such as \"rules/*.lua\"",
                         fmt::format("{} is a directory; did you mean \"{}/*.lua\"?", text.shown(), text.text));
  } else {
    check_file(reading.report, text, glob);
  }
  return glob.string();
}

Site read_site(Reading& reading, const Item& item) {
  const Fields fields(reading.report, *item.value, item.path, schema::site);
  Site site;
  site.place = item.key_place;
  site.name = read_host(reading, {item.name, item.key_place, item.path}, {});
  for (const Text& alias : fields.texts("aliases")) {
    if (std::string name = read_host(reading, alias, item.name); !name.empty()) site.aliases.push_back(std::move(name));
  }
  for (const Text& glob : fields.texts("rules")) site.rules.push_back(read_rules_glob(reading, glob));
  site.rules_place = fields.place("rules");
  site.routes = read_routes(reading, fields);
  read_delivery(reading, fields, site);
  return site;
}

}  // namespace

void read_sites(Reading& reading, const Value& table, const std::string& path, std::vector<Site>& sites) {
  for (const Item& item : read_map(reading.report, table, path, "a host")) sites.push_back(read_site(reading, item));
}

void check_hosts(Reading& reading) {
  // Names first: an alias that is another site's name is the alias's fault.
  std::stable_sort(reading.hosts.begin(), reading.hosts.end(),
                   [](const HostClaim& a, const HostClaim& b) { return !a.alias && b.alias; });
  std::map<std::string, const HostClaim*> claimed;
  for (const HostClaim& claim : reading.hosts) {
    const auto [first, fresh] = claimed.emplace(claim.host, &claim);
    if (fresh) continue;
    const HostClaim& owner = *first->second;
    reading.report.wrong(claim.text, "a host that belongs to no other site",
                         fmt::format("the host {} belongs to site \"{}\" ({}) already", claim.text.shown(), owner.site,
                                     owner.text.place.text()));
  }
}

}  // namespace outrider::config
