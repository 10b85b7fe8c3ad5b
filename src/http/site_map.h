// SPDX-License-Identifier: MIT
// Which site and which route serve a request. By our own code: the library sends hosts that carry a port to the wrong
// site.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/config.h"

namespace outrider::http {

/// The host of an authority ("WWW.Example.com:8443" → "www.example.com", "[::1]:80" → "[::1]") appended to `out`. False
/// where it is none: empty, userinfo, spaces, slashes, a port that is no number (RFC 9110 4.2, 7.2).
bool host_of(std::string_view authority, std::string& out);

class SiteMap {
 public:
  /// `sites` outlives the map.
  explicit SiteMap(const std::vector<config::Site>& sites);

  /// The site of a host in lower case: an exact name or alias, the longest "*.suffix", then "*"; nullptr where there is
  /// none.
  const config::Site* find(const std::string& host) const;

 private:
  std::unordered_map<std::string, const config::Site*> exact_;
  std::vector<std::pair<std::string, const config::Site*>> suffixes_;  // ".example.com", longest first
  const config::Site* any_ = nullptr;
};

/// True if the route's `deny` names this path (decoded, normalised).
bool is_denied(const config::Route& route, std::string_view path);

/// The route with the longest prefix of a decoded path. "/api" covers "/api" and "/api/x", but not "/apix". nullptr
/// where none does.
const config::Route* find_route(const config::Site& site, std::string_view path);

}  // namespace outrider::http
