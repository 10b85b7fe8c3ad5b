// SPDX-License-Identifier: MIT
#include "http/guard/priority_frame.h"

#include "http/priority.h"

namespace outrider::http {
namespace {

int protocol_error(const char* what, const char** description) {
  *description = what;
  return H2O_HTTP2_ERROR_PROTOCOL;
}

/// Its priority field is still to come, or its first handler still to run: that must not undo what came later.
bool is_before_its_request(const h2o_http2_stream_t& stream) {
  return stream.state < H2O_HTTP2_STREAM_STATE_SEND_HEADERS;
}

int update_push(h2o_http2_conn_t& conn, std::uint32_t target, const push::Priority& priority,
                const char** description) {
  if (target > conn.push_stream_ids.max_open) return protocol_error("priority of a push not promised", description);
  if (h2o_http2_stream_t* stream = h2o_http2_conn_get_stream(&conn, target)) prioritise(conn, *stream, priority);
  return 0;
}

int update_request(h2o_http2_conn_t& conn, PriorityUpdates& updates, std::uint32_t target,
                   const push::Priority& priority, const char** description) {
  const std::uint32_t last = conn.pull_stream_ids.max_open;
  h2o_http2_stream_t* stream = h2o_http2_conn_get_stream(&conn, target);
  const bool is_idle = target > last;
  if (!is_idle && stream == nullptr) return 0;  // closed
  if (stream != nullptr) prioritise(conn, *stream, priority);
  if (!is_idle && !is_before_its_request(*stream)) return 0;
  if (!updates.knows(target)) {
    updates.forget_if([&](std::uint32_t id) { return id <= last && h2o_http2_conn_get_stream(&conn, id) == nullptr; });
    const std::size_t taken = updates.count_above(last) + conn.num_streams.pull.open;
    if (is_idle && taken >= H2O_HTTP2_SETTINGS_HOST.max_concurrent_streams) {
      return protocol_error("priorities of more streams than may be opened", description);
    }
  }
  updates.remember(target, priority);
  return 0;
}

}  // namespace

int read_priority_update(h2o_http2_conn_t& conn, PriorityUpdates& updates, std::uint32_t stream_id,
                         const std::uint8_t* payload, std::size_t length, const char** description) {
  constexpr std::size_t target_size = 4;
  if (stream_id != 0) return protocol_error("invalid stream id in PRIORITY_UPDATE frame", description);
  if (length < target_size) {
    *description = "invalid PRIORITY_UPDATE frame";
    return H2O_HTTP2_ERROR_FRAME_SIZE;
  }
  const std::uint32_t target = h2o_http2_decode32u(payload) & 0x7fffffff;
  if (target == 0) return protocol_error("PRIORITY_UPDATE of stream 0", description);
  const push::Priority priority = push::parse_priority(
      {reinterpret_cast<const char*>(payload + target_size), length - target_size});  // where malformed, the default
  return h2o_http2_stream_is_push(target) ? update_push(conn, target, priority, description)
                                          : update_request(conn, updates, target, priority, description);
}

}  // namespace outrider::http
