// SPDX-License-Identifier: MIT
// Socket addresses and networks as values: parsing, printing, "is this address in that network".
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace outrider {

/// An IPv4, IPv6 or unix socket address.
struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  /// "[::1]:443", "127.0.0.1:80", "unix:/run/x.sock"; host names are refused.
  static Result<Address> parse(std::string_view text);
  static Address from(const sockaddr* address, socklen_t length);

  int family() const { return storage.ss_family; }
  bool is_unix() const { return storage.ss_family == AF_UNIX; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  /// The port of an IP address in host order; 0 otherwise.
  std::uint16_t port() const;
  /// "192.0.2.1", "2001:db8::1" (IPv4-mapped addresses as IPv4), "unix:".
  std::string host_text() const;
  /// "192.0.2.1:80", "[2001:db8::1]:80", "unix:/run/x.sock".
  std::string text() const;

  friend bool operator==(const Address& a, const Address& b) { return a.text() == b.text(); }
};

/// A CIDR block: "10.0.0.0/8", "2001:db8::/32", or a single address. IPv4-mapped IPv6 addresses count as IPv4.
class Network {
 public:
  static Result<Network> parse(std::string_view text);
  bool contains(const Address& address) const;
  std::string text() const { return text_; }

  friend bool operator==(const Network& a, const Network& b) { return a.bits_ == b.bits_ && a.bytes_ == b.bytes_; }

 private:
  std::array<std::uint8_t, 16> bytes_{};
  int bits_ = 0;
  std::string text_;
};

/// What stands for one visitor among addresses, from an address as text: an IPv6 site, which is the first 48 bits at
/// most (RFC 6177 2), and an IPv4 address, also where it is mapped into IPv6, as 16 bytes. Any other text is as it is.
std::string end_site(std::string_view address_text);

}  // namespace outrider
