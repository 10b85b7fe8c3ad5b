// SPDX-License-Identifier: MIT
// Private to src/config: what the readers of the several groups share. Each reads one group of the schema, reports
// every problem it finds and goes on; what it returns is used only if there was none.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/value.h"
#include "config/config.h"
#include "config/fields.h"
#include "config/report.h"

namespace outrider::config {

/// A host that a site answers for, to find two that claim the same.
struct HostClaim {
  std::string host;
  Text text;  // where and how it is written
  std::string site;
  bool alias = false;
};

struct Reading {
  Report report;
  std::filesystem::path folder;  // absolute; relative paths start here
  std::vector<HostClaim> hosts;
};

std::vector<Listen> read_listen(Reading& reading, const Fields& configuration);

/// Adds the sites of one table (the configuration's, or an included file's) to `sites`; `path` is the table's.
void read_sites(Reading& reading, const Value& table, const std::string& path, std::vector<Site>& sites);
/// Reports hosts that are claimed twice, once all sites are read.
void check_hosts(Reading& reading);

/// The routes of one site, longest prefix first.
std::vector<Route> read_routes(Reading& reading, const Fields& site);

/// How pages of one site are delivered: early_hints, push, budget_bytes, client_cookie, learn, server_timing.
void read_delivery(Reading& reading, const Fields& fields, Site& site);

/// Where requests of a route go: the value of "proxy", "fastcgi" and "redirect".
Proxy read_proxy(Reading& reading, const Fields& route);
FastCgi read_fastcgi(Reading& reading, const Fields& route);
Redirect read_redirect(Reading& reading, const Fields& route);

std::vector<HeaderChange> read_headers(Reading& reading, const Fields& route);
std::vector<std::pair<int, std::string>> read_error_pages(Reading& reading, const Fields& route);

/// log, admin, limits and the single keys of the configuration.
void read_settings(Reading& reading, const Fields& configuration, Config& config);

/// The value of "admin", or nullptr.
Admin read_admin(Reading& reading, const Value* value);
/// The value of "user", or nullptr; empty where there is no such user.
std::string read_user(Reading& reading, const Value* value);

/// Reports a `text` that is no path as it stands in a request: with "/" in front, without a query, dot segments or
/// wildcards. `what` begins the message: "a route's prefix".
bool check_url_path(Report& report, const Text& text, std::string_view what);

/// Adds the pattern `whole`, which is what `text` stands for, or reports what is wrong with it.
void add_pattern(Report& report, const Text& text, const std::string& whole, std::string_view example,
                 std::vector<push::Pattern>& patterns);

/// An address of a listener: a relative path of a unix socket starts at the configuration's folder.
bool read_address(Reading& reading, const Text& text, std::string_view expected, Address& out);

}  // namespace outrider::config
