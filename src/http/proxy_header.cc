// SPDX-License-Identifier: MIT
#include "http/proxy_header.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/text.h"

namespace outrider::http {
namespace {

using State = ProxyHeader::State;

constexpr std::string_view v2_signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::string_view v1_signature("PROXY ");
constexpr std::size_t v1_max_length = 107;
constexpr std::size_t v2_max_length = 4096;

std::optional<Address> text_address(std::string_view family, std::string_view host, std::string_view port) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  const bool six = family == "TCP6";
  const auto address = Address::parse(six ? "[" + std::string(host) + "]:" + std::string(port)
                                          : std::string(host) + ":" + std::string(port));
  if (!address || address->is_unix() || (address->family() == AF_INET6) != six) return std::nullopt;
  return *address;
}

ProxyHeader parse_v1(std::string_view bytes) {
  const auto end = bytes.find("\r\n");
  if (end == std::string_view::npos) return {bytes.size() < v1_max_length ? State::incomplete : State::invalid, 0, {}};
  if (end + 2 > v1_max_length) return {State::invalid, 0, {}};
  const auto words = split(bytes.substr(0, end), ' ');
  ProxyHeader header{State::complete, end + 2, {}};
  if (words.size() >= 2 && words[1] == "UNKNOWN") return header;
  if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) return {State::invalid, 0, {}};
  header.source = text_address(words[1], words[2], words[4]);
  if (!header.source || !text_address(words[1], words[3], words[5])) return {State::invalid, 0, {}};
  return header;
}

/// The source address of a version 2 header's body, which is long enough for the family.
std::optional<Address> v2_source(std::uint8_t family, std::string_view body) {
  if (family == 0x1 && body.size() >= 12) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    std::memcpy(&four.sin_addr, body.data(), 4);
    std::memcpy(&four.sin_port, body.data() + 8, 2);
    return Address::from(reinterpret_cast<const sockaddr*>(&four), sizeof(four));
  }
  if (family == 0x2 && body.size() >= 36) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    std::memcpy(&six.sin6_addr, body.data(), 16);
    std::memcpy(&six.sin6_port, body.data() + 32, 2);
    return Address::from(reinterpret_cast<const sockaddr*>(&six), sizeof(six));
  }
  return std::nullopt;
}

ProxyHeader parse_v2(std::string_view bytes) {
  if (bytes.size() < 16) return {};
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  const std::size_t body_length = static_cast<std::size_t>(byte(14)) << 8 | byte(15);
  const std::uint8_t command = byte(12);
  const std::uint8_t family = byte(13) >> 4;
  if (command >> 4 != 2 || (command & 0xf) > 1 || 16 + body_length > v2_max_length) return {State::invalid, 0, {}};
  if (bytes.size() < 16 + body_length) return {};
  ProxyHeader header{State::complete, 16 + body_length, {}};
  if ((command & 0xf) == 0) return header;  // LOCAL: the balancer speaks for itself
  header.source = v2_source(family, bytes.substr(16, body_length));
  if (!header.source && (family == 0x1 || family == 0x2)) return {State::invalid, 0, {}};
  return header;
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes) {
  const auto begins = [&](std::string_view signature) {
    return bytes.substr(0, signature.size()) == signature.substr(0, std::min(bytes.size(), signature.size()));
  };
  if (begins(v2_signature)) return parse_v2(bytes);
  if (begins(v1_signature)) return bytes.size() < v1_signature.size() ? ProxyHeader{} : parse_v1(bytes);
  return {State::invalid, 0, {}};
}

}  // namespace outrider::http
