// SPDX-License-Identifier: MIT
// Private to src/tls: which certificate answers to a server name (RFC 6066 3, RFC 6125 6.4). Built once, then read by
// all workers.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace outrider::tls {

class SniTable {
 public:
  /// `name` is "www.example.com" or "*.example.com"; of two certificates with one name the first is kept.
  void add(std::string_view name, std::size_t certificate);
  /// The certificate for `name`, in any case: an exact name, else a wildcard for its first label; else 0.
  std::size_t find(std::string_view name) const;

 private:
  std::map<std::string, std::size_t, std::less<>> exact_;
  std::map<std::string, std::size_t, std::less<>> wildcard_;  // "*.example.com" under "example.com"
};

}  // namespace outrider::tls
