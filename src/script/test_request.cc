// SPDX-License-Identifier: MIT
#include "script/test_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>

#include "base/address.h"
#include "base/text.h"
#include "script/lua_api.h"
#include "script/stack.h"
#include "script/state.h"
#include "script/words.h"

namespace outrider::script {
namespace {

using Outcome = Result<void>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Reads the value on top of the stack into the request.
struct Key {
  std::string_view name;
  Outcome (*read)(lua_State* L, TestRequest& request);
};

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool has_space_or_controls(std::string_view text) {
  return has_controls(text) || text.find(' ') != text.npos;
}

Outcome read_path(lua_State* L, TestRequest& request) {
  const auto target = string_at(L, -1);
  if (!target || !target->starts_with('/')) return expected("a path as in \"/product/7\"", L, -1);
  if (has_space_or_controls(*target)) return failure("a path has no spaces and control characters; write %20");
  const std::size_t end = std::min(target->find('?'), target->size());
  request.path = path_of_target(target->substr(0, end));
  if (request.path.find('\0') != request.path.npos) return failure("the server refuses paths with %00");
  if (end < target->size()) request.query = target->substr(end + 1);
  return {};
}

Outcome read_query(lua_State* L, TestRequest& request) {
  const auto query = string_at(L, -1);
  if (!query || has_space_or_controls(*query)) return expected("a query as in \"a=1&b=2\"", L, -1);
  if (!request.query.empty()) return failure("there is a query in `path` already");
  request.query = query->substr(query->starts_with('?') ? 1 : 0);
  return {};
}

Outcome read_method(lua_State* L, TestRequest& request) {
  const auto method = string_at(L, -1);
  if (!method || !is_token(*method)) return expected("a request method", L, -1);
  request.method = *method;
  return {};
}

Outcome read_scheme(lua_State* L, TestRequest& request) {
  const auto scheme = string_at(L, -1);
  if (scheme != "http" && scheme != "https") return expected("\"http\" or \"https\"", L, -1);
  request.scheme = *scheme;
  return {};
}

Outcome read_host(lua_State* L, TestRequest& request) {
  const auto host = string_at(L, -1);
  if (!host || host->empty()) return expected("a host as in \"www.example.com\"", L, -1);
  const bool bracketed = host->front() == '[' && host->back() == ']';
  if (has_space_or_controls(*host) || host->find_first_of(bracketed ? "/" : ":/") != host->npos) {
    return failure(fmt::format("\"{}\" is no host name; write it without scheme, port and path", *host));
  }
  request.host = lower_case(*host);
  return {};
}

Outcome read_protocol(lua_State* L, TestRequest& request) {
  const auto protocol = string_at(L, -1);
  if (protocol != "HTTP/2" && protocol != "HTTP/1.1" && protocol != "HTTP/1.0") {
    return expected("\"HTTP/2\", \"HTTP/1.1\" or \"HTTP/1.0\"", L, -1);
  }
  request.protocol = *protocol;
  return {};
}

/// Appends the value on top of the stack, or each value of the list that it is, under this name.
Outcome read_values(lua_State* L, const std::string& name, Pairs& pairs) {
  see_through(L, -1);
  std::vector<std::string> values;
  if (lua_istable(L, -1)) {
    auto list = read_strings(L, -1, "a value or a list of values");
    if (!list) return tl::unexpected(list.error());
    values = *std::move(list);
  } else if (const auto value = string_at(L, -1)) {
    values.emplace_back(*value);
  } else {
    return expected("a value (a string)", L, -1);
  }
  for (const std::string& value : values) {
    if (has_controls(value)) return failure("a value has no control characters");
    pairs.emplace_back(name, value);
  }
  return {};
}

/// Reads `{ name = value, … }`, sorted by name, because Lua's tables have no order.
Outcome read_named_values(lua_State* L, Pairs& pairs) {
  see_through(L, -1);
  if (!lua_istable(L, -1)) return expected("a table as in { name = \"value\" }", L, -1);
  Outcome outcome;
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    const auto name = string_at(L, -2);
    Outcome read = name && is_token(*name) ? read_values(L, std::string(*name), pairs)
                                           : Outcome(expected("a name with its value, name = \"value\"", L, -2));
    if (!read) outcome = failure(name ? fmt::format("\"{}\": {}", *name, read.error().message) : read.error().message);
    lua_pop(L, 1);
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return outcome;
}

Outcome read_headers(lua_State* L, TestRequest& request) {
  const Outcome outcome = read_named_values(L, request.fields);
  for (auto& field : request.fields) field.first = lower_case(field.first);
  return outcome;
}

Outcome read_cookies(lua_State* L, TestRequest& request) {
  Pairs cookies;
  if (Outcome outcome = read_named_values(L, cookies); !outcome) return outcome;
  for (const auto& [name, value] : cookies) {
    if (value.find(';') != value.npos) return failure(fmt::format("\"{}\": a cookie's value has no semicolon", name));
    request.cookies += fmt::format("{}{}={}", request.cookies.empty() ? "" : "; ", name, value);
  }
  return {};
}

Outcome read_address(lua_State* L, TestRequest& request) {
  const auto address = string_at(L, -1);
  if (!address || !Network::parse(*address) || address->find('/') != address->npos) {
    return expected("an address as in \"192.0.2.7\"", L, -1);
  }
  request.address = *address;
  return {};
}

Outcome read_country(lua_State* L, TestRequest& request) {
  const auto country = string_at(L, -1);
  if (!country || country->size() != 2) return expected("two letters as in \"nl\"", L, -1);
  request.country = *country;
  return {};
}

template <auto Member>
Outcome read_flag(lua_State* L, TestRequest& request) {
  const auto flag = read_boolean(L, -1);
  if (!flag) return tl::unexpected(flag.error());
  request.*Member = *flag;
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

/// The request's connection, which the kernel knows as a whole or not at all: what a test leaves out is as on an
/// ordinary one that is new (RFC 6928).
push::Link& link_of(TestRequest& request) {
  if (!request.way.known) request.way.known = push::Link{14'600, std::chrono::milliseconds(100)};
  return *request.way.known;
}

/// Nothing where the value is no number above 0, or one that no connection has.
std::optional<double> positive_number(lua_State* L, double most) {
  const bool is_number = lua_type(L, -1) == LUA_TNUMBER;
  const double number = is_number ? lua_tonumber(L, -1) : 0;
  return number > 0 && number <= most ? std::optional(number) : std::nullopt;
}

Outcome read_rtt(lua_State* L, TestRequest& request) {
  const auto number = positive_number(L, 3'600'000);
  if (!number) return expected("milliseconds above 0, at most an hour", L, -1);
  const std::chrono::duration<double, std::milli> rtt(*number);
  link_of(request).rtt = std::chrono::round<std::chrono::microseconds>(rtt);
  return {};
}

Outcome read_cwnd(lua_State* L, TestRequest& request) {
  const auto number = positive_number(L, 1u << 30);
  if (!number || *number != std::floor(*number)) return expected("bytes above 0, at most 2^30", L, -1);
  link_of(request).cwnd_bytes = static_cast<std::uint64_t>(*number);
  return {};
}

std::vector<std::string_view> names_of(std::span<const Key> keys) {
  std::vector<std::string_view> names;
  for (const Key& key : keys) names.push_back(key.name);
  return names;
}

void report_unknown_keys(lua_State* L, int table, std::span<const Key> keys, std::vector<Mistake>& mistakes) {
  const auto known = names_of(keys);
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    const auto name = string_at(L, -2);
    if (!name) {
      mistakes.push_back({"", fmt::format("expected keys as in path = \"/\", found {}", State::describe(L, -2))});
    } else if (std::find(known.begin(), known.end(), *name) == known.end()) {
      mistakes.push_back({std::string(*name), fmt::format("unknown key \"{}\"{}", *name, did_you_mean(*name, known))});
    }
    if (enough_mistakes(mistakes)) {
      lua_pop(L, 2);
      return;
    }
    lua_pop(L, 1);
  }
}

/// The keys are read in their order, as what one says may matter to the next.
void read_keys(lua_State* L, int table, std::span<const Key> keys, TestRequest& request,
               std::vector<Mistake>& mistakes) {
  report_unknown_keys(L, table, keys, mistakes);
  for (const Key& key : keys) {
    push_text(L, key.name);
    lua_rawget(L, table);
    const Outcome outcome = lua_isnil(L, -1) ? Outcome() : key.read(L, request);
    if (!outcome) mistakes.push_back({std::string(key.name), fmt::format("{}: {}", key.name, outcome.error().message)});
    lua_pop(L, 1);
  }
}

constexpr Key client_keys[] = {
    {"address", read_address},
    {"country", read_country},
    {"accepts_push", read_flag<&TestRequest::accepts_push>},
    {"new_connection", read_flag<&TestRequest::new_connection>},
    {"rtt_ms", read_rtt},
    {"cwnd_bytes", read_cwnd},
};

Outcome read_client(lua_State* L, TestRequest& request) {
  see_through(L, -1);
  if (!lua_istable(L, -1)) return expected("a table as in { address = \"192.0.2.7\" }", L, -1);
  std::vector<Mistake> mistakes;
  read_keys(L, lua_gettop(L), client_keys, request, mistakes);
  if (mistakes.empty()) return {};
  std::string text;
  for (const Mistake& mistake : mistakes) text += (text.empty() ? "" : "; ") + mistake.message;
  return failure(text);
}

constexpr Key request_keys[] = {
    {"path", read_path},
    {"query", read_query},
    {"method", read_method},
    {"scheme", read_scheme},
    {"host", read_host},
    {"protocol", read_protocol},
    {"headers", read_headers},
    {"cookies", read_cookies},
    {"client", read_client},
    {"sent", read_paths<&TestAssets::sent_paths>},
    {"cached", read_paths<&TestAssets::cached_paths>},
};

}  // namespace

const push::Request& TestRequest::view() {
  field_views_.clear();
  for (const auto& [name, value] : fields) field_views_.push_back({name, value});
  if (!cookies.empty()) field_views_.push_back({"cookie", cookies});
  request_ = {};
  request_.id = "test";
  request_.method = method;
  request_.scheme = scheme;
  request_.host = host;
  request_.path = path;
  request_.query = query;
  request_.protocol = protocol;
  request_.fields = field_views_;
  request_.client.address = address;
  request_.client.peer = address;
  request_.client.country = country;
  request_.client.accepts_push = accepts_push;
  request_.client.new_connection = new_connection;
  request_.link_source = &way;
  request_.assets = &assets;
  request_.tls.used = scheme == "https";
  request_.now = std::chrono::system_clock::now();
  return request_;
}

std::vector<Mistake> read_test_request(lua_State* L, int index, TestRequest& request) {
  std::vector<Mistake> mistakes;
  read_keys(L, absolute(L, index), request_keys, request, mistakes);
  return mistakes;
}

std::string host_of_site(std::string_view site) {
  if (site == "*") return "localhost";
  return site.starts_with("*.") ? "www" + std::string(site.substr(1)) : std::string(site);
}

std::string path_of_target(std::string_view target) {
  const auto digit = [&](std::size_t at) { return at < target.size() ? hex_digit(target[at]) : -1; };
  std::string path = "/";
  std::size_t segment = 1;  // where the segment that is being written begins
  // Takes the segment back if it is a dot segment (RFC 3986 5.2.4), with its parent if there are two dots.
  const auto was_dots = [&] {
    const std::string_view written = std::string_view(path).substr(segment);
    if (written != "." && written != "..") return false;
    const bool up = written == ".." && segment > 1;
    path.resize(segment);
    if (up) path.resize(path.rfind('/', segment - 2) + 1);
    segment = path.size();
    return true;
  };
  for (std::size_t i = 1; i < target.size(); ++i) {
    char c = target[i];
    if (c == '%' && digit(i + 1) >= 0 && digit(i + 2) >= 0) {
      c = static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    }
    if (c == '/' && was_dots()) continue;
    path += c;
    if (c == '/') segment = path.size();
  }
  was_dots();
  path.erase(std::unique(path.begin(), path.end(), [](char a, char b) { return a == '/' && b == '/'; }), path.end());
  return path;
}

std::vector<std::string_view> test_request_keys() {
  return names_of(request_keys);
}

std::vector<std::string_view> test_client_keys() {
  return names_of(client_keys);
}

}  // namespace outrider::script
