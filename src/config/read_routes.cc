// SPDX-License-Identifier: MIT
// routes = { ["/"] = { files = … }, ["/app/"] = { proxy = … }, … }
#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/text.h"
#include "config/paths.h"
#include "config/reading.h"

namespace outrider::config {
namespace {

constexpr std::array<std::string_view, 4> actions{"files", "proxy", "fastcgi", "redirect"};

/// The one action of a route; reports none and several.
std::optional<std::string_view> action_of(Reading& reading, const Fields& fields) {
  std::string found;
  std::optional<std::string_view> action;
  int count = 0;
  for (const std::string_view one : actions) {
    if (!fields.mentions(one)) continue;
    action = one;
    found += (count++ == 0 ? "" : " and ") + std::string(one);
  }
  if (count == 1) return action;
  // A misspelt action has been reported as an unknown key.
  if (count > 1 || !fields.has_unknown()) {
    reading.report.add(fields.place(), fields.path(),
                       fmt::format("expected exactly one of files, proxy, fastcgi and redirect; found {}",
                                   count == 0 ? "none" : found));
  }
  return std::nullopt;
}

void check_keys_fit(Reading& reading, const Fields& fields, std::string_view action) {
  for (const schema::Key& key : schema::route.keys) {
    if (key.only_with.empty() || !fields.mentions(key.name)) continue;
    const auto kinds = split(key.only_with, ' ');
    if (std::find(kinds.begin(), kinds.end(), action) != kinds.end()) continue;
    std::string list;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      list += (i == 0 ? "" : i + 1 == kinds.size() ? " or " : ", ") + std::string(kinds[i]);
    }
    reading.report.add(fields.place(key.name), fields.path(key.name),
                       fmt::format("belongs to a route with {}; this one has {}", list, action));
  }
}

Files read_files(Reading& reading, const Fields& fields) {
  Files files;
  if (fields.has("files")) {
    files.root = absolute(reading.folder, fields.text("files").text);
    check_directory(reading.report, fields.text("files"), files.root);
  }
  if (fields.has("index")) files.index.clear();
  for (const Text& name : fields.texts("index")) {
    if (name.text.empty() || name.text.find('/') != std::string::npos || name.text == "." || name.text == "..") {
      reading.report.wrong(name, "the name of a file in the directory, without a \"/\"");
    }
    files.index.push_back(name.text);
  }
  if (fields.has("fallback") && check_url_path(reading.report, fields.text("fallback"), "a fallback")) {
    files.fallback = fields.text("fallback").text;
  }
  files.precompressed = fields.boolean("precompressed");
  return files;
}

/// Patterns of the operator are within the route, the server matches whole paths.
std::string whole_pattern(const std::string& prefix, const std::string& pattern) {
  return (prefix.back() == '/' ? prefix.substr(0, prefix.size() - 1) : prefix) + pattern;
}

constexpr std::string_view deny_example = "\"/uploads/**.php\"";

std::vector<push::Pattern> read_deny(Reading& reading, const Fields& fields, const std::string& prefix,
                                     bool runs_scripts) {
  std::vector<push::Pattern> patterns;
  for (const Text& text : fields.texts("deny")) {
    if (text.text.empty() || text.text.front() != '/') {
      reading.report.wrong(text, "a pattern that begins with \"/\"");
      continue;
    }
    if (prefix != "/" && text.text.compare(0, prefix.size(), prefix) == 0) {
      reading.report.wrong(
          text, "a pattern within the route",
          fmt::format("{} repeats the route's prefix; leave it out: patterns begin behind it", text.shown()));
      continue;
    }
    const std::size_t before = reading.report.size();
    add_pattern(reading.report, text, whole_pattern(prefix, text.text), deny_example, patterns);
    // "/x.php/more" runs x.php with a PATH_INFO, so what lies below a denied script is denied too.
    const bool open_end = text.text.size() >= 2 && text.text.compare(text.text.size() - 2, 2, "**") == 0;
    if (runs_scripts && !open_end && reading.report.size() == before) {
      const std::string base = text.text.back() == '/' ? text.text : text.text + "/";
      add_pattern(reading.report, text, whole_pattern(prefix, base + "**"), deny_example, patterns);
    }
  }
  return patterns;
}

void read_common(Reading& reading, const Fields& fields, Route& route) {
  route.strip_prefix = fields.boolean("strip_prefix");
  if (fields.has("max_age")) route.max_age_s = fields.integer<std::uint32_t>("max_age");
  route.headers = read_headers(reading, fields);
  route.error_pages = read_error_pages(reading, fields);
  route.max_body_bytes = fields.integer<std::uint64_t>("max_body_bytes");
  route.gzip = fields.boolean("gzip");
}

Route read_route(Reading& reading, const Item& item) {
  const Fields fields(reading.report, *item.value, item.path, schema::route);
  Route route;
  route.place = fields.place();
  route.prefix = item.name;
  const bool good_prefix = check_url_path(reading.report, {item.name, item.key_place, item.path}, "a route's prefix");
  if (!item.value->table()) return route;
  const auto action = action_of(reading, fields);
  if (action) check_keys_fit(reading, fields, *action);
  if (action == "files") route.action = read_files(reading, fields);
  if (action == "proxy" && fields.has("proxy")) route.action = read_proxy(reading, fields);
  if (action == "fastcgi" && fields.has("fastcgi")) route.action = read_fastcgi(reading, fields);
  if (action == "redirect" && fields.has("redirect")) route.action = read_redirect(reading, fields);
  read_common(reading, fields, route);
  if (good_prefix) route.deny = read_deny(reading, fields, route.prefix, action == "fastcgi");
  return route;
}

/// The server's own way to match: at the end of a segment.
bool serves(const Route& route, std::string_view path) {
  const std::string& prefix = route.prefix;
  if (path.substr(0, prefix.size()) != prefix) return false;
  return prefix.empty() || prefix.back() == '/' || path.size() == prefix.size() || path[prefix.size()] == '/';
}

/// A redirect to a path that the same route answers would go round for ever.
void check_circles(Reading& reading, const std::vector<Route>& routes) {
  for (const Route& route : routes) {
    const auto* redirect = std::get_if<Redirect>(&route.action);
    if (!redirect || redirect->to.empty() || redirect->to.front() != '/') continue;
    const std::string_view path = std::string_view(redirect->to).substr(0, redirect->to.find_first_of("?#"));
    const auto answers =
        std::find_if(routes.begin(), routes.end(), [&](const Route& one) { return serves(one, path); });
    if (answers != routes.end() && &*answers == &route) {
      reading.report.add(route.place, {},
                         fmt::format("the redirect of route \"{}\" leads back to the same route", route.prefix));
    }
  }
}

}  // namespace

std::vector<std::pair<int, std::string>> read_error_pages(Reading& reading, const Fields& route) {
  std::vector<std::pair<int, std::string>> pages;
  const Value* value = route.value("error_page");
  if (!value) return pages;
  for (const Table::Entry& entry : value->table()->entries) {
    const auto* status = std::get_if<std::int64_t>(&entry.key);
    const std::string path = status ? path_of(route.path("error_page"), *status)
                                    : path_of(route.path("error_page"), std::get<std::string>(entry.key));
    if (!status || *status < 400 || *status > 599) {
      reading.report.add(entry.key_place, path,
                         "expected a status from 400 to 599 as key, as in [404] = \"/404.html\"");
      continue;
    }
    Text page;
    if (read_text(reading.report, entry.value, path, "a path such as \"/404.html\"", page) &&
        check_url_path(reading.report, page, "an error page")) {
      pages.emplace_back(static_cast<int>(*status), page.text);
    }
  }
  report_repeats(reading.report, *value->table(), route.path("error_page"));
  std::sort(pages.begin(), pages.end());
  return pages;
}

std::vector<Route> read_routes(Reading& reading, const Fields& site) {
  std::vector<Route> routes;
  const Value* value = site.value("routes");
  if (!value) return routes;
  for (const Item& item : read_map(reading.report, *value, site.path("routes"), "a path prefix")) {
    routes.push_back(read_route(reading, item));
  }
  if (value->table()->entries.empty()) {
    reading.report.add(value->place, site.path("routes"), "expected at least one route; found an empty table");
  }
  std::stable_sort(routes.begin(), routes.end(),
                   [](const Route& a, const Route& b) { return a.prefix.size() > b.prefix.size(); });
  check_circles(reading, routes);
  return routes;
}

}  // namespace outrider::config
