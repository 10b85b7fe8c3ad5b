// SPDX-License-Identifier: MIT
// What the guard defends against: one row for each, which the log, the metrics and `status` go by.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace outrider::http {

enum class Defence {
  rapid_reset,      // CVE-2023-44487
  stream_errors,    // CVE-2025-8671
  idle_frames,      // more frames that ask for nothing than limits.frames_per_10s
  header_list,      // more bytes than limits.header_bytes when decoded
  header_fields,    // more fields than limits.header_fields
  malformed_http1,  // RFC 9112: what servers read differently
};

struct DefenceRow {
  std::string_view id;    // in metrics and `status`
  const char* complaint;  // completes "cutting the connection of 192.0.2.1: "
};

inline constexpr std::array<DefenceRow, 6> defences{{
    {"rapid_reset", "too many streams reset by the client"},
    {"stream_errors", "too many stream errors provoked by the client"},
    {"idle_frames", "too many frames sent by the client that ask for nothing"},
    {"header_list", "too large a header list sent by the client"},
    {"header_fields", "too many header fields sent by the client"},
    {"malformed_http1", "a request that other servers could take for another one"},
}};

constexpr const DefenceRow& row_of(Defence defence) {
  return defences[static_cast<std::size_t>(defence)];
}
static_assert(row_of(Defence::malformed_http1).id == "malformed_http1");

}  // namespace outrider::http
