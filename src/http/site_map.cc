// SPDX-License-Identifier: MIT
#include "http/site_map.h"

#include <algorithm>
#include <array>

namespace outrider::http {
namespace {

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What a byte of a host is in lower case; 0 where a host has none such.
constexpr std::array<char, 256> host_bytes = [] {
  std::array<char, 256> bytes{};
  for (char c = 'a'; c <= 'z'; ++c)
    bytes[static_cast<unsigned char>(c)] = bytes[static_cast<unsigned char>(c - 'a' + 'A')] = c;
  for (char c = '0'; c <= '9'; ++c) bytes[static_cast<unsigned char>(c)] = c;
  for (const char c : {'.', '-', '_'}) bytes[static_cast<unsigned char>(c)] = c;
  return bytes;
}();

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

bool host_of(std::string_view authority, std::string& out) {
  std::string_view host = authority;
  const auto colon = authority.rfind(':');
  const bool bracketed = !authority.empty() && authority.front() == '[';
  const auto bracket = bracketed ? authority.find(']') : std::string_view::npos;
  if (bracketed && bracket == std::string_view::npos) return false;
  if (colon != std::string_view::npos && (!bracketed || colon > bracket)) {
    const std::string_view port = authority.substr(colon + 1);
    if (!is_digits(port) || port.size() > 5) return false;
    host = authority.substr(0, colon);
  }
  if (bracketed && host.back() != ']') return false;
  if (host.empty() || host.size() > 253) return false;
  out.append(host);
  for (auto at = out.end() - static_cast<std::ptrdiff_t>(host.size()); at != out.end(); ++at) {
    const char plain = host_bytes[static_cast<unsigned char>(*at)];
    if (plain == 0 && !(bracketed && (*at == '[' || *at == ']' || *at == ':'))) return false;
    if (plain != 0) *at = plain;
  }
  if (out.size() > 1 && out.back() == '.') out.pop_back();  // the root's dot means the same host
  return true;
}

SiteMap::SiteMap(const std::vector<config::Site>& sites) {
  for (const config::Site& site : sites) {
    std::vector<std::string> names = site.aliases;
    names.push_back(site.name);
    for (const std::string& name : names) {
      if (name == "*") {
        any_ = &site;
      } else if (name.rfind("*.", 0) == 0) {
        suffixes_.emplace_back(name.substr(1), &site);
      } else {
        exact_.emplace(name, &site);
      }
    }
  }
  std::stable_sort(suffixes_.begin(), suffixes_.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

const config::Site* SiteMap::find(const std::string& host) const {
  if (const auto found = exact_.find(host); found != exact_.end()) return found->second;
  for (const auto& [suffix, site] : suffixes_) {
    if (ends_with(host, suffix)) return site;
  }
  return any_;
}

bool is_denied(const config::Route& route, std::string_view path) {
  return std::any_of(route.deny.begin(), route.deny.end(),
                     [&](const push::Pattern& pattern) { return pattern.matches(path, nullptr); });
}

const config::Route* find_route(const config::Site& site, std::string_view path) {
  for (const config::Route& route : site.routes) {
    const std::string& prefix = route.prefix;
    if (path.substr(0, prefix.size()) != prefix) continue;
    if (prefix.back() == '/' || path.size() == prefix.size() || path[prefix.size()] == '/') return &route;
  }
  return nullptr;
}

}  // namespace outrider::http
