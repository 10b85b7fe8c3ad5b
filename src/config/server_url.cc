// SPDX-License-Identifier: MIT
#include "config/server_url.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/address.h"
#include "base/text.h"
#include "config/host_name.h"

namespace outrider::config {
namespace {

constexpr std::string_view unix_scheme = "unix:";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

Result<std::string> parse_host(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const auto address = host.back() == ']' ? Address::parse(std::string(host) + ":0") : failure("");
    if (!address) return failure(fmt::format("\"{}\" is no IPv6 address in brackets", host));
    return address->host_text();
  }
  auto name = parse_host_name(host);
  if (!name) return name;
  if (name->front() == '*') return failure(fmt::format("\"{}\" is a wildcard; a server has one name", host));
  return name;
}

/// "host", "host:port", "[::1]:port"; `standard_port` 0 means that the port must be there.
Result<UpstreamServer> parse_authority(std::string_view text, std::uint16_t standard_port) {
  UpstreamServer server;
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port && standard_port == 0) return failure(fmt::format("\"{}\" has no port", text));
  auto host = parse_host(text.substr(0, has_port ? colon : text.size()));
  if (!host) return tl::unexpected(host.error());
  server.host = std::move(*host);
  server.port = standard_port;
  if (has_port) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port)
      return failure(fmt::format("\"{}\" is no port; a port is a number from 1 to 65535", text.substr(colon + 1)));
    server.port = *port;
  }
  return server;
}

Result<UpstreamServer> parse_unix(std::string_view text) {
  const auto address = Address::parse(text);
  if (!address) return failure(address.error().message);
  if (text.size() <= unix_scheme.size() || text[unix_scheme.size()] != '/') {
    return failure(fmt::format("\"{}\": the path of a unix socket begins with \"/\" here", text));
  }
  UpstreamServer server;
  server.unix_path = std::string(text.substr(unix_scheme.size()));
  return server;
}

/// The scheme in lower case without "://", and `text` without both; nothing where there is none.
std::optional<std::string> take_scheme(std::string_view& text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos) return std::nullopt;
  std::string scheme = lower_case(text.substr(0, end));
  text.remove_prefix(end + 3);
  return scheme;
}

bool has_bad_byte(std::string_view path) {
  return std::any_of(path.begin(), path.end(), [](char c) { return c <= ' ' || c > '~'; });
}

Result<std::string> parse_path(std::string_view path) {
  if (path.find_first_of("?#") != std::string_view::npos) return failure("a server's URL has no query and no fragment");
  if (has_bad_byte(path)) return failure(fmt::format("the path \"{}\" has bytes that must be percent-encoded", path));
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

}  // namespace

Result<ServerUrl> parse_http_server(std::string_view text) {
  std::string_view rest = text;
  const auto scheme = take_scheme(rest);
  if (!scheme) {
    const bool authority =
        text.substr(0, unix_scheme.size()) == unix_scheme || parse_authority(text.substr(0, text.find('/')), 80);
    return failure(
        fmt::format("\"{}\" is no URL{}", text, authority ? fmt::format("; did you mean \"http://{}\"?", text) : ""));
  }
  if (*scheme == "https") {
    return failure(
        fmt::format("\"{}\": servers are spoken to over http:// alone, not https://; put the application on a "
                    "trusted network or a unix socket, or a TLS tunnel between",
                    text));
  }
  if (*scheme != "http") return failure(fmt::format("\"{}\": the scheme is http, not {}", text, *scheme));
  ServerUrl url;
  if (rest.substr(0, unix_scheme.size()) == unix_scheme) {
    auto server = parse_unix(rest);
    if (!server) return tl::unexpected(server.error());
    url.server = std::move(*server);
  } else {
    const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
    const std::string_view authority = rest.substr(0, slash);
    if (authority.find('@') != std::string_view::npos) return failure("a server's URL has no user or password");
    auto server = parse_authority(authority, 80);
    if (!server) return failure(fmt::format("\"{}\": {}", text, server.error().message));
    auto path = parse_path(rest.substr(slash));
    if (!path) return failure(fmt::format("\"{}\": {}", text, path.error().message));
    url.server = std::move(*server);
    url.path = std::move(*path);
  }
  url.server.text = std::string(text);
  return url;
}

Result<UpstreamServer> parse_fastcgi_server(std::string_view text) {
  std::string_view rest = text;
  if (const auto scheme = take_scheme(rest)) {
    return failure(fmt::format("\"{}\": a FastCGI server has no scheme; did you mean \"{}\"?", text, rest));
  }
  const bool is_unix = text.substr(0, unix_scheme.size()) == unix_scheme;
  auto server = is_unix ? parse_unix(text) : parse_authority(text, 0);
  if (!server) return is_unix ? std::move(server) : failure(fmt::format("\"{}\": {}", text, server.error().message));
  server->text = std::string(text);
  return server;
}

}  // namespace outrider::config
