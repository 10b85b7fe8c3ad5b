// SPDX-License-Identifier: MIT
// <linux/tcp.h> and not <netinet/tcp.h>, which lacks the rate and the bytes that were not sent yet.
#include "http/client_link.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace outrider::http {
namespace {

/// RFC 6928: what the kernel begins with, and goes back to after an idle time (RFC 5681 4.1); until the next byte it
/// still tells the window of before.
constexpr std::uint64_t initial_segments = 10;

std::optional<tcp_info> info_of(const Connection& connection) {
  if (!connection.is_direct()) return std::nullopt;
  tcp_info info{};
  socklen_t length = sizeof(info);
  if (::getsockopt(h2o_socket_get_fd(connection.socket), IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return {};
  if (info.tcpi_snd_mss == 0 || info.tcpi_snd_cwnd == 0) return std::nullopt;
  return info;
}

push::Link link_of(const tcp_info& info) {
  const bool idle = info.tcpi_unacked == 0 && std::uint64_t{info.tcpi_last_data_sent} * 1000 > info.tcpi_rto;
  const std::uint64_t segments =
      idle ? std::min<std::uint64_t>(info.tcpi_snd_cwnd, initial_segments) : info.tcpi_snd_cwnd;
  return {segments * info.tcpi_snd_mss, std::chrono::microseconds(info.tcpi_rtt)};
}

}  // namespace

std::optional<push::Link> link_to(const Connection& connection) {
  const auto info = info_of(connection);
  return info ? std::optional(link_of(*info)) : std::nullopt;
}

std::optional<push::Transit> transit_on(const Connection& connection, std::uint64_t held_here, push::AckRate& acks) {
  const auto info = info_of(connection);
  if (!info) return std::nullopt;
  push::Transit transit;
  transit.link = link_of(*info);
  transit.queued_bytes = held_here + std::uint64_t{info->tcpi_unacked} * info->tcpi_snd_mss + info->tcpi_notsent_bytes;
  transit.bytes_per_second = info->tcpi_delivery_rate;
  transit.least_rtt = std::chrono::microseconds(info->tcpi_min_rtt == UINT32_MAX ? 0 : info->tcpi_min_rtt);
  transit.rate_is_floor = info->tcpi_delivery_rate_app_limited != 0;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  acks.sample(std::chrono::duration_cast<std::chrono::microseconds>(now),
              {info->tcpi_bytes_acked, info->tcpi_segs_in, info->tcpi_snd_mss});
  transit.acked_bytes_per_second = acks.bytes_per_second();
  return transit;
}

}  // namespace outrider::http
