// SPDX-License-Identifier: MIT
// PRIORITY_UPDATE frames (RFC 9218 7.1), which the library does not know: applied at once to responses that are under
// way, and remembered for requests that have not begun.
#pragma once

#include <cstddef>
#include <cstdint>

#include "http/guard/priority_updates.h"
#include "http/h2o_api.h"

namespace outrider::http {

constexpr std::uint8_t priority_update_frame = 0x10;

/// Acts on a whole frame whose header names `stream_id`. Returns 0, or the connection error that it calls for, with its
/// `description`: a stream other than 0, the prioritized stream 0, a push that was not promised, and more idle streams
/// than the client may open are a PROTOCOL_ERROR, a payload too short for its stream a FRAME_SIZE_ERROR. Updates for
/// streams that are closed are dropped.
int read_priority_update(h2o_http2_conn_t& conn, PriorityUpdates& updates, std::uint32_t stream_id,
                         const std::uint8_t* payload, std::size_t length, const char** description);

}  // namespace outrider::http
