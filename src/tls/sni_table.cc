// SPDX-License-Identifier: MIT
#include "tls/sni_table.h"

#include "base/text.h"

namespace outrider::tls {

void SniTable::add(std::string_view name, std::size_t certificate) {
  if (name.substr(0, 2) == "*.") {
    wildcard_.emplace(lower_case(name.substr(2)), certificate);
  } else {
    exact_.emplace(lower_case(name), certificate);
  }
}

std::size_t SniTable::find(std::string_view name) const {
  const std::string lower = lower_case(name);
  if (const auto found = exact_.find(lower); found != exact_.end()) return found->second;
  const auto dot = lower.find('.');
  if (dot == std::string::npos || dot == 0) return 0;
  const auto found = wildcard_.find(std::string_view(lower).substr(dot + 1));
  return found == wildcard_.end() ? 0 : found->second;
}

}  // namespace outrider::tls
