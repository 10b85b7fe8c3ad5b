// SPDX-License-Identifier: MIT
// proxy = "http://…" or { servers = { … }, … }; fastcgi = "unix:…" or the like; redirect = "https://…" or { to = … }.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/paths.h"
#include "config/reading.h"
#include "config/server_url.h"

namespace outrider::config {
namespace {

constexpr std::string_view http_expected = "\"http://127.0.0.1:3000\" or \"http://unix:/run/app.sock\"";
constexpr std::string_view fastcgi_expected = "\"unix:/run/php/php-fpm.sock\" or \"127.0.0.1:9000\"";
constexpr std::array<unsigned, 5> redirect_statuses{301, 302, 303, 307, 308};

/// The short form "…" read as the table { KEY = "…" }, so that both go the same way.
Fields open(Reading& reading, const Fields& route, std::string_view key, std::string_view short_form,
            Value& long_form) {
  const Value& value = *route.value(key);
  const schema::Group& group = *schema::route.find(key)->group;
  if (value.table()) return {reading.report, value, route.path(key), group};
  auto table = std::make_shared<Table>();
  table->entries.push_back({std::string(short_form), value, value.place});
  long_form.place = value.place;
  long_form.data = std::shared_ptr<const Table>(std::move(table));
  return {reading.report, long_form, route.path(key), group};
}

/// The servers, with the path under which the operator wrote them.
std::vector<Text> servers_of(const Fields& route, std::string_view key, const Fields& fields) {
  if (route.value(key)->string()) return {route.text(key)};
  return fields.texts("servers");
}

Upstream read_limits(const Fields& fields) {
  Upstream upstream;
  upstream.connect_timeout_ms = fields.integer<std::uint32_t>("connect_timeout_ms");
  upstream.first_byte_timeout_ms = fields.integer<std::uint32_t>("first_byte_timeout_ms");
  upstream.read_timeout_ms = fields.integer<std::uint32_t>("read_timeout_ms");
  upstream.keepalive_timeout_ms = fields.integer<std::uint32_t>("keepalive_timeout_ms");
  upstream.keepalive_connections = fields.integer<std::uint32_t>("keepalive_connections");
  upstream.max_failures = fields.integer<std::uint32_t>("max_failures");
  upstream.rest_ms = fields.integer<std::uint32_t>("rest_ms");
  upstream.max_head_bytes = fields.integer<std::uint32_t>("max_head_bytes");
  return upstream;
}

void add_server(Reading& reading, const Text& text, UpstreamServer server, std::vector<UpstreamServer>& servers) {
  const auto same = [&](const UpstreamServer& one) {
    return one.host == server.host && one.port == server.port && one.unix_path == server.unix_path;
  };
  // The log and error messages name servers by this text.
  if (text.secret) server.text = "***";
  if (std::any_of(servers.begin(), servers.end(), same)) {
    reading.report.wrong(text, "each server once", fmt::format("the server {} is listed twice", text.shown()));
  }
  servers.push_back(std::move(server));
}

/// "unix:app.sock" and "http://unix:app.sock" start at the configuration's folder, as all paths do.
std::string with_absolute_path(const Reading& reading, const std::string& text) {
  for (const std::string_view scheme : {"unix:", "http://unix:"}) {
    if (text.size() > scheme.size() && text.compare(0, scheme.size(), scheme) == 0) {
      return std::string(scheme) + absolute(reading.folder, text.substr(scheme.size())).string();
    }
  }
  return text;
}

bool is_url(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.substr(0, scheme.size()) == scheme) return text.size() > scheme.size() && text[scheme.size()] != '/';
  }
  return false;
}

bool has_space_or_beyond_ascii(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; });
}

}  // namespace

Proxy read_proxy(Reading& reading, const Fields& route) {
  Value long_form;
  const Fields fields = open(reading, route, "proxy", "servers", long_form);
  Proxy proxy;
  proxy.upstream = read_limits(fields);
  proxy.websocket = fields.boolean("websocket");
  proxy.websocket_idle_timeout_ms = fields.integer<std::uint32_t>("websocket_idle_timeout_ms");
  std::optional<std::string> path;
  for (const Text& text : servers_of(route, "proxy", fields)) {
    auto url = parse_http_server(with_absolute_path(reading, text.text));
    if (!url) {
      reading.report.wrong(text, http_expected, url.error().message);
      continue;
    }
    if (path && *path != url->path) {
      reading.report.wrong(
          text, "the same path in the URL of every server",
          fmt::format("{} has the path \"{}\" and the first server \"{}\"", text.shown(), url->path, *path));
    }
    if (!path) path = url->path;
    add_server(reading, text, std::move(url->server), proxy.upstream.servers);
  }
  proxy.path_prefix = path.value_or("");
  return proxy;
}

FastCgi read_fastcgi(Reading& reading, const Fields& route) {
  Value long_form;
  const Fields fields = open(reading, route, "fastcgi", "servers", long_form);
  FastCgi fastcgi;
  fastcgi.upstream = read_limits(fields);
  for (const Text& text : servers_of(route, "fastcgi", fields)) {
    auto server = parse_fastcgi_server(with_absolute_path(reading, text.text));
    if (server) {
      add_server(reading, text, std::move(*server), fastcgi.upstream.servers);
    } else {
      reading.report.wrong(text, fastcgi_expected, server.error().message);
    }
  }
  if (!route.mentions("root")) {
    reading.report.add(
        route.place(), route.path(),
        "a route with fastcgi wants \"root\", the directory of the scripts; expected root = \"/srv/blog\"");
  } else if (route.has("root")) {
    fastcgi.root = absolute(reading.folder, route.text("root").text);
    check_directory(reading.report, route.text("root"), fastcgi.root);
  }
  const std::vector<Text> index = route.texts("index");
  if (index.size() > 1) {
    reading.report.add(route.place("index"), route.path("index"), "expected one script with fastcgi; found a list");
  } else if (index.size() == 1 && check_url_path(reading.report, index[0], "the index of a fastcgi route")) {
    fastcgi.index = index[0].text;
  }
  return fastcgi;
}

Redirect read_redirect(Reading& reading, const Fields& route) {
  Value long_form;
  const Fields fields = open(reading, route, "redirect", "to", long_form);
  Redirect redirect;
  redirect.status = static_cast<int>(fields.integer<unsigned>("status"));
  if (std::find(redirect_statuses.begin(), redirect_statuses.end(), redirect.status) == redirect_statuses.end()) {
    reading.report.add(fields.place("status"), fields.path("status"),
                       fmt::format("expected 301, 302, 303, 307 or 308; found {}", redirect.status));
  }
  if (!fields.has("to")) return redirect;
  const Text to = route.value("redirect")->string() ? route.text("redirect") : fields.text("to");
  redirect.to = to.text;
  const bool path = redirect.to.substr(0, 1) == "/" && redirect.to.substr(0, 2) != "//";
  if (!path && !is_url(redirect.to)) {
    reading.report.wrong(to,
                         "a URL that begins with \"https://\" or \"http://\", or a path that begins with one \"/\"");
  } else if (has_space_or_beyond_ascii(redirect.to)) {
    reading.report.wrong(to, "a URL or path whose spaces and letters beyond ASCII are percent-encoded",
                         fmt::format("{} cannot be sent as it is", to.shown()));
  }
  return redirect;
}

}  // namespace outrider::config
