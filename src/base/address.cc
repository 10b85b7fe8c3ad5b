// SPDX-License-Identifier: MIT
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>

#include <fmt/format.h>

namespace outrider {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <class T>
const T& as(const Address& address) {
  return reinterpret_cast<const T&>(address.storage);
}

std::optional<int> parse_number(std::string_view text, int maximum) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > maximum) return std::nullopt;
  return value;
}

/// The 16 bytes of an IPv6 address, an IPv4 address as its mapped form; nothing for a unix address.
std::optional<std::array<std::uint8_t, 16>> bytes_of(const Address& address) {
  std::array<std::uint8_t, 16> bytes{};
  if (address.family() == AF_INET) {
    std::memcpy(bytes.data(), mapped_prefix.data(), mapped_prefix.size());
    std::memcpy(bytes.data() + 12, &as<sockaddr_in>(address).sin_addr, 4);
  } else if (address.family() == AF_INET6) {
    std::memcpy(bytes.data(), &as<sockaddr_in6>(address).sin6_addr, 16);
  } else {
    return std::nullopt;
  }
  return bytes;
}

Result<Address> parse_unix(std::string_view path) {
  Address address;
  auto& target = reinterpret_cast<sockaddr_un&>(address.storage);
  if (path.empty()) return failure("\"unix:\" wants a path behind it");
  if (path.size() >= sizeof(target.sun_path)) {
    return failure(fmt::format("the unix socket path \"{}\" has {} bytes; at most {} fit", path, path.size(),
                               sizeof(target.sun_path) - 1));
  }
  target.sun_family = AF_UNIX;
  std::memcpy(target.sun_path, path.data(), path.size());
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

Result<Address> parse_host(std::string_view host, std::uint16_t port, bool bracketed) {
  const std::string text(host);
  Address address;
  auto& four = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& six = reinterpret_cast<sockaddr_in6&>(address.storage);
  if (!bracketed && inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    address.length = sizeof(four);
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    address.length = sizeof(six);
    return address;
  }
  return failure(fmt::format("\"{}\" is no IP address", host));
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  if (text.substr(0, 5) == "unix:") return parse_unix(text.substr(5));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return failure(fmt::format("\"{}\" has no port; expected \"127.0.0.1:80\", \"[::]:443\" or \"unix:/path\"", text));
  }
  const auto port = parse_number(text.substr(colon + 1), 65535);
  if (!port)
    return failure(fmt::format("\"{}\" is no port in \"{}\"; expected 0 to 65535", text.substr(colon + 1), text));
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) {
    return failure(fmt::format("\"{}\": an IPv6 address stands in brackets, as in \"[::1]:443\"", text));
  }
  return parse_host(host, static_cast<std::uint16_t>(*port), bracketed);
}

Address Address::from(const sockaddr* address, socklen_t length) {
  Address result;
  result.length = std::min<socklen_t>(length, sizeof(result.storage));
  std::memcpy(&result.storage, address, result.length);
  return result;
}

std::uint16_t Address::port() const {
  if (family() == AF_INET) return ntohs(as<sockaddr_in>(*this).sin_port);
  if (family() == AF_INET6) return ntohs(as<sockaddr_in6>(*this).sin6_port);
  return 0;
}

std::string Address::host_text() const {
  char buffer[INET6_ADDRSTRLEN] = "";
  const auto bytes = bytes_of(*this);
  if (!bytes) return "unix:";
  if (std::memcmp(bytes->data(), mapped_prefix.data(), mapped_prefix.size()) == 0) {
    inet_ntop(AF_INET, bytes->data() + 12, buffer, sizeof(buffer));
  } else {
    inet_ntop(AF_INET6, bytes->data(), buffer, sizeof(buffer));
  }
  return buffer;
}

std::string Address::text() const {
  if (is_unix()) return std::string("unix:") + as<sockaddr_un>(*this).sun_path;
  const std::string host = host_text();
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port())
                                             : fmt::format("[{}]:{}", host, port());
}

Result<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto address = parse_host(host, 0, false);
  if (!address)
    return failure(fmt::format("\"{}\" is no network; expected \"10.0.0.0/8\", \"2001:db8::/32\" or an address", text));
  const int width = address->family() == AF_INET ? 32 : 128;
  int bits = width;
  if (slash != std::string_view::npos) {
    const auto given = parse_number(text.substr(slash + 1), width);
    if (!given) return failure(fmt::format("\"{}\": the prefix length is a number from 0 to {}", text, width));
    bits = *given;
  }
  Network network;
  network.bytes_ = *bytes_of(*address);
  network.bits_ = bits + (128 - width);
  network.text_ = std::string(text);
  return network;
}

bool Network::contains(const Address& address) const {
  const auto bytes = bytes_of(address);
  if (!bytes) return false;
  const int whole = bits_ / 8;
  if (std::memcmp(bytes->data(), bytes_.data(), static_cast<std::size_t>(whole)) != 0) return false;
  if (bits_ % 8 == 0) return true;
  const int mask = 0xff << (8 - bits_ % 8);
  return (((*bytes)[static_cast<std::size_t>(whole)] ^ bytes_[static_cast<std::size_t>(whole)]) & mask & 0xff) == 0;
}

std::string end_site(std::string_view address_text) {
  const auto address = parse_host(address_text, 0, false);
  auto bytes = address ? bytes_of(*address) : std::nullopt;
  if (!bytes) return std::string(address_text);
  const bool mapped = std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes->begin());
  if (!mapped) std::fill(bytes->begin() + 6, bytes->end(), 0);
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace outrider
