// SPDX-License-Identifier: MIT
#include "tls/alpn.h"

namespace outrider::tls {

std::string_view choose_protocol(std::string_view offered) {
  std::string_view http1;
  while (!offered.empty()) {
    const auto size = static_cast<std::size_t>(static_cast<std::uint8_t>(offered.front()));
    if (size == 0 || size >= offered.size()) return {};
    const std::string_view name = offered.substr(1, size);
    if (name == "h2") return name;
    if (name == "http/1.1") http1 = name;
    offered.remove_prefix(size + 1);
  }
  return http1;
}

}  // namespace outrider::tls
