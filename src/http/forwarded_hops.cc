// SPDX-License-Identifier: MIT
#include "http/forwarded_hops.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace outrider::http {

bool trusts(const config::Behind& behind, const Address& address) {
  return std::any_of(behind.trusted.begin(), behind.trusted.end(),
                     [&](const Network& network) { return network.contains(address); });
}

std::string_view client_among(const std::vector<std::string_view>& values, const config::Behind& behind) {
  std::string_view client;
  std::vector<std::string_view> hops;
  for (const std::string_view value : values) {
    for (const std::string_view hop : split(value, ',')) hops.push_back(hop);
  }
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const bool bracketed = hop->find(':') != std::string_view::npos;
    const auto address = Address::parse(bracketed ? "[" + std::string(*hop) + "]:0" : std::string(*hop) + ":0");
    if (!address) break;
    client = *hop;
    if (!trusts(behind, *address)) break;
  }
  return client;
}

}  // namespace outrider::http
