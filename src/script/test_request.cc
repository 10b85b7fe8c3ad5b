// SPDX-License-Identifier: MIT
#include "script/test_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

#include "base/address.h"
#include "base/text.h"
#include "push/sample_clients.h"
#include "script/lua_api.h"
#include "script/moment.h"
#include "script/stack.h"
#include "script/state.h"
#include "script/test_fixtures.h"
#include "script/test_keys.h"
#include "script/words.h"

namespace outrider::script {
namespace {

using Outcome = Result<void>;

Outcome read_path(lua_State* L, TestRequest& request) {
  const auto target = string_at(L, -1);
  if (!target || !target->starts_with('/')) return expected("a path as in \"/product/7\"", L, -1);
  if (has_space_or_controls(*target)) return failure("a path has no spaces and control characters; write %20");
  const std::size_t end = std::min(target->find('?'), target->size());
  request.made.path = push::normal_path(target->substr(0, end));
  if (request.made.path.find('\0') != std::string::npos) return failure("the server refuses paths with %00");
  if (end < target->size()) request.made.query = target->substr(end + 1);
  return {};
}

Outcome read_query(lua_State* L, TestRequest& request) {
  const auto query = string_at(L, -1);
  if (!query || has_space_or_controls(*query)) return expected("a query as in \"a=1&b=2\"", L, -1);
  if (!request.made.query.empty()) return failure("there is a query in `path` already");
  request.made.query = query->substr(query->starts_with('?') ? 1 : 0);
  return {};
}

Outcome read_method(lua_State* L, TestRequest& request) {
  const auto method = string_at(L, -1);
  if (!method || !is_token(*method)) return expected("a request method", L, -1);
  request.made.method = *method;
  return {};
}

Outcome read_scheme(lua_State* L, TestRequest& request) {
  const auto scheme = string_at(L, -1);
  if (scheme != "http" && scheme != "https") return expected("\"http\" or \"https\"", L, -1);
  request.made.scheme = *scheme;
  return {};
}

Outcome read_host(lua_State* L, TestRequest& request) {
  const auto host = string_at(L, -1);
  if (!host || host->empty()) return expected("a host as in \"www.example.com\"", L, -1);
  const std::size_t colon = host->rfind(':');
  const bool has_port = colon != host->npos && colon + 1 != host->size() &&
                        host->find_first_not_of("0123456789", colon + 1) == host->npos;
  const std::string_view name = has_port ? host->substr(0, colon) : *host;
  const bool bracketed = name.starts_with('[') && name.ends_with(']');
  if (name.empty() || has_space_or_controls(*host) || name.find_first_of(bracketed ? "/" : ":/") != name.npos) {
    return failure(fmt::format("\"{}\" is no host name; write it without scheme and path", *host));
  }
  request.made.host = lower_case(name);
  request.made.authority = has_port ? std::string(*host) : std::string();
  return {};
}

Outcome read_protocol(lua_State* L, TestRequest& request) {
  const auto protocol = string_at(L, -1);
  if (protocol != "HTTP/2" && protocol != "HTTP/1.1" && protocol != "HTTP/1.0") {
    return expected("\"HTTP/2\", \"HTTP/1.1\" or \"HTTP/1.0\"", L, -1);
  }
  request.made.protocol = *protocol;
  return {};
}

Outcome read_headers(lua_State* L, TestRequest& request) {
  const Outcome outcome = read_named_values(L, request.made.fields);
  for (auto& field : request.made.fields) field.first = lower_case(field.first);
  return outcome;
}

Outcome read_cookies(lua_State* L, TestRequest& request) {
  TextPairs cookies;
  if (Outcome outcome = read_named_values(L, cookies); !outcome) return outcome;
  std::string text;
  for (const auto& [name, value] : cookies) {
    if (value.find(';') != value.npos) return failure(fmt::format("\"{}\": a cookie's value has no semicolon", name));
    text += fmt::format("{}{}={}", text.empty() ? "" : "; ", name, value);
  }
  if (!text.empty()) request.made.fields.emplace_back("cookie", std::move(text));
  return {};
}

Outcome read_address(lua_State* L, TestRequest& request) {
  const auto address = string_at(L, -1);
  if (!address || !Network::parse(*address) || address->find('/') != address->npos) {
    return expected("an address as in \"192.0.2.7\"", L, -1);
  }
  request.made.address = *address;
  return {};
}

Outcome read_country(lua_State* L, TestRequest& request) {
  const auto country = string_at(L, -1);
  if (!country || country->size() != 2) return expected("two letters as in \"nl\"", L, -1);
  request.made.country = *country;
  return {};
}

template <auto Member>
Outcome read_flag(lua_State* L, TestRequest& request) {
  const auto flag = read_boolean(L, -1);
  if (!flag) return tl::unexpected(flag.error());
  request.made.*Member = *flag;
  return {};
}

bool is_empty_table(lua_State* L, int index) {
  if (!lua_istable(L, index)) return false;
  const int table = absolute(L, index);
  lua_pushnil(L);
  if (lua_next(L, table) == 0) return true;
  lua_pop(L, 2);
  return false;
}

template <auto Member>
Outcome read_paths(lua_State* L, TestRequest& request) {
  see_through(L, -1);
  if (is_empty_table(L, -1)) return {};
  auto paths = read_strings(L, -1, "a path or a list of paths");
  if (!paths) return tl::unexpected(paths.error());
  for (const std::string& path : *paths) {
    if (!path.starts_with('/') || has_space_or_controls(path)) {
      return failure(fmt::format("\"{}\" is no path as in \"/css/app.css\"", path));
    }
  }
  request.assets.*Member = *std::move(paths);
  return {};
}

Outcome read_rtt(lua_State* L, TestRequest& request) {
  const auto number = positive_number(L, 3'600'000);
  if (!number) return expected("milliseconds above 0, at most an hour", L, -1);
  const std::chrono::duration<double, std::milli> rtt(*number);
  if (!request.made.link) request.made.link.emplace();
  request.made.link->rtt = std::chrono::round<std::chrono::microseconds>(rtt);
  return {};
}

Outcome read_cwnd(lua_State* L, TestRequest& request) {
  const auto number = positive_number(L, 1u << 30);
  if (!number || *number != std::floor(*number)) return expected("bytes above 0, at most 2^30", L, -1);
  if (!request.made.link) request.made.link.emplace();
  request.made.link->cwnd_bytes = static_cast<std::uint64_t>(*number);
  return {};
}

Outcome read_think(lua_State* L, TestRequest& request) {
  const auto number = positive_number(L, 3'600'000);
  if (!number) return expected("milliseconds above 0, at most an hour", L, -1);
  const std::chrono::duration<double, std::milli> think(*number);
  request.think_time = std::chrono::round<std::chrono::microseconds>(think);
  return {};
}

Outcome read_page_bytes(lua_State* L, TestRequest& request) {
  const auto number = positive_number(L, 1e15);
  if (!number || *number != std::floor(*number)) return expected("a number of bytes above 0", L, -1);
  request.page_bytes = static_cast<std::uint64_t>(*number);
  return {};
}

Outcome read_sample(lua_State* L, TestRequest& request) {
  const auto name = string_at(L, -1);
  if (!name) return expected("a client as in \"chromium\" or \"chromium=102\"", L, -1);
  return push::become(request.made, *name);
}

/// Who passes TCP on hides the way to the client.
Outcome read_balancer(lua_State* L, TestRequest& request) {
  const auto flag = read_boolean(L, -1);
  if (!flag) return tl::unexpected(flag.error());
  if (*flag) request.made.link.reset();
  return {};
}

// What unmakes the link comes behind what describes it.
constexpr TestKey client_keys[] = {
    {"name", read_sample},
    {"address", read_address},
    {"country", read_country},
    {"accepts_push", read_flag<&push::MadeRequest::accepts_push>},
    {"new_connection", read_flag<&push::MadeRequest::new_connection>},
    {"rtt_ms", read_rtt},
    {"cwnd_bytes", read_cwnd},
    {"behind_proxy", read_flag<&push::MadeRequest::behind_proxy>},
    {"passes_early_hints", read_flag<&push::MadeRequest::passes_early_hints>},
    {"behind_balancer", read_balancer},
};

Outcome read_client(lua_State* L, TestRequest& request) {
  if (lua_type(L, -1) == LUA_TSTRING) return read_sample(L, request);
  return read_table(L, "a client as in \"chromium\", or a table as in { address = \"192.0.2.7\" }", client_keys,
                    request);
}

Outcome read_now(lua_State* L, TestRequest& request) {
  const auto text = string_at(L, -1);
  if (!text) return expected("a moment in UTC as in \"2026-11-27 08:00\"", L, -1);
  const auto moment = parse_moment(*text);
  if (!moment) return tl::unexpected(moment.error());
  request.made.now = *moment;
  return {};
}

// What a client does by itself gives way to what is said behind it.
constexpr TestKey request_keys[] = {
    {"path", read_path},
    {"query", read_query},
    {"method", read_method},
    {"scheme", read_scheme},
    {"host", read_host},
    {"headers", read_headers},
    {"cookies", read_cookies},
    {"client", read_client},
    {"protocol", read_protocol},
    {"sent", read_paths<&TestAssets::sent_paths>},
    {"cached", read_paths<&TestAssets::cached_paths>},
    {"think_ms", read_think},
    {"page_bytes", read_page_bytes},
    {"assets", read_assets},
    {"now", read_now},
    {"response", read_response},
};

}  // namespace

std::vector<Mistake> read_test_request(lua_State* L, int index, TestRequest& request) {
  std::vector<Mistake> mistakes;
  read_keys(L, absolute(L, index), request_keys, request, mistakes);
  return mistakes;
}

std::string foreign_host(std::string_view host, const std::vector<std::string>& names) {
  const bool is_own = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name == "*" || name == host || (name.starts_with("*.") && host.ends_with(std::string_view(name).substr(1)));
  });
  if (is_own) return {};
  std::vector<std::string_view> known;
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  }
  return fmt::format("host: expected {}, as the site is called; found \"{}\"", one_of(known), host);
}

std::string host_of_site(std::string_view site) {
  if (site == "*") return "localhost";
  return site.starts_with("*.") ? "www" + std::string(site.substr(1)) : std::string(site);
}

std::vector<std::string_view> test_request_keys() {
  return names_of(request_keys);
}

std::vector<std::string_view> test_client_keys() {
  return names_of(client_keys);
}

}  // namespace outrider::script
