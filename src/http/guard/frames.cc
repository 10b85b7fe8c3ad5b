// SPDX-License-Identifier: MIT
// What an HTTP/2 client sends, frame by frame. libh2o 2.2.5 counts nothing of it, and knows no frame that is younger
// than it is: our function sees every frame header first, calls the library's reader with itself out of the way, and
// puts itself back.
//
// It is also the cure for a stream whose body ends just where its window does: that waits, with no window left, for its
// last bytes to be written. If the client widens the window meanwhile, the library takes the stream for one that waits
// for that, and an assert ends the process. So who has sent all is not told of wider windows.
#include <numeric>
#include <utility>

#include "http/guard/connection.h"
#include "http/guard/interpose.h"
#include "http/guard/priority_frame.h"

namespace outrider::http {
namespace {

constexpr std::uint8_t last_known_frame_type = H2O_HTTP2_FRAME_TYPE_CONTINUATION;
constexpr std::size_t max_frame_size = 16'384;  // what our SETTINGS allow (RFC 9113 6.5.2)

std::uint64_t stream_errors(const h2o_context_t& context) {
  const auto& errors = context.http2.events.protocol_level_errors;
  return std::accumulate(std::begin(errors), std::end(errors), std::uint64_t{0});
}

/// The header of a frame (RFC 9113 4.1).
struct FrameHeader {
  std::size_t length;
  std::uint8_t type;
  std::uint8_t flags;
  std::uint32_t stream_id;

  /// `src` has at least H2O_HTTP2_FRAME_HEADER_SIZE bytes.
  explicit FrameHeader(const std::uint8_t* src)
      : length(h2o_http2_decode24u(src)),
        type(src[3]),
        flags(src[4]),
        stream_id(h2o_http2_decode32u(src + 5) & 0x7fffffff) {}

  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

/// What a client may send at any rate without costing itself anything: RFC 9113 10.5.
bool is_idle(const FrameHeader& frame) {
  switch (frame.type) {
    case H2O_HTTP2_FRAME_TYPE_DATA:
      return frame.length == 0 && !frame.has(H2O_HTTP2_FRAME_FLAG_END_STREAM);
    case H2O_HTTP2_FRAME_TYPE_HEADERS:
    case H2O_HTTP2_FRAME_TYPE_RST_STREAM:  // which has a count of its own
      return false;
    default:
      return true;
  }
}

/// Frames of unknown types must be ignored (RFC 9113 4.1); the library does so with a line on stderr for each.
ssize_t skip_frame(std::size_t available, std::size_t frame_length) {
  if (frame_length > max_frame_size) return H2O_HTTP2_ERROR_FRAME_SIZE;
  const std::size_t whole = H2O_HTTP2_FRAME_HEADER_SIZE + frame_length;
  return available < whole ? H2O_HTTP2_ERROR_INCOMPLETE : static_cast<ssize_t>(whole);
}

/// Takes a PRIORITY_UPDATE (RFC 9218 7.1) once it is there as a whole.
ssize_t take_priority_update(h2o_http2_conn_t& conn, Connection& connection, const FrameHeader& frame,
                             const std::uint8_t* src, std::size_t len, const char** description) {
  const ssize_t taken = skip_frame(len, frame.length);
  if (taken <= 0) return taken;
  const int error = read_priority_update(conn, connection.priority_updates, frame.stream_id,
                                         src + H2O_HTTP2_FRAME_HEADER_SIZE, frame.length, description);
  return error != 0 ? error : taken;
}

/// Takes a frame of a header block that nobody wants any more; behind its last one frames are read as before.
ssize_t skip_continuation(h2o_http2_conn_t& conn, Connection& connection, const FrameHeader& frame, std::size_t len) {
  const ssize_t skipped = skip_frame(len, frame.length);
  if (skipped > 0 && frame.has(H2O_HTTP2_FRAME_FLAG_END_HEADERS) && conn._headers_unparsed != nullptr) {
    h2o_buffer_dispose(&conn._headers_unparsed);
    conn._headers_unparsed = nullptr;
    connection.read_expect = connection.between_frames;
  }
  return skipped;
}

/// All of the response is in a write that goes on.
bool has_sent_all(h2o_http2_stream_t& stream) {
  return stream.state == H2O_HTTP2_STREAM_STATE_END_STREAM && h2o_linklist_is_linked(&stream._refs.link) != 0;
}

/// Keeps the windows of streams that have sent all from opening by what SETTINGS change (RFC 9113 6.9.2): they are open
/// by a byte before, which nobody sends.
void open_windows_of_sent(h2o_http2_conn_t& conn) {
  h2o_http2_stream_t* stream = nullptr;
  kh_foreach_value(conn.streams, stream, {
    if (has_sent_all(*stream) && stream->output_window._avail <= 0) stream->output_window._avail = 1;
  });
}

/// Lets the library's own reader take what comes, and remembers which that is from then on.
ssize_t read_by_library(h2o_http2_conn_t& conn, Connection& connection, const std::uint8_t* src, std::size_t len,
                        const char** description) {
  conn._read_expect = connection.read_expect;
  const ssize_t consumed = conn._read_expect(&conn, src, len, description);
  connection.read_expect = conn._read_expect;
  conn._read_expect = read_guarded_frame;
  return consumed;
}

/// Reads a frame by who knows its type.
ssize_t read_frame(h2o_http2_conn_t& conn, Connection& connection, const FrameHeader& frame, const std::uint8_t* src,
                   std::size_t len, const char** description) {
  const bool in_header_block = conn._headers_unparsed != nullptr;
  if (frame.type > last_known_frame_type && !in_header_block) {
    const bool is_update = frame.type == priority_update_frame && connection.preface_came();
    return is_update ? take_priority_update(conn, connection, frame, src, len, description)
                     : skip_frame(len, frame.length);
  }
  if (frame.type == H2O_HTTP2_FRAME_TYPE_WINDOW_UPDATE && frame.length == 4 && !in_header_block) {
    h2o_http2_stream_t* stream = h2o_http2_conn_get_stream(&conn, frame.stream_id);
    if (stream != nullptr && has_sent_all(*stream)) return skip_frame(len, frame.length);
  }
  if (frame.type == H2O_HTTP2_FRAME_TYPE_SETTINGS) open_windows_of_sent(conn);
  // A block that is longer than the list it may decode to is no request of anybody's.
  if (frame.type == H2O_HTTP2_FRAME_TYPE_CONTINUATION && in_header_block &&
      conn._headers_unparsed->size + frame.length > connection.owner().limits.header_bytes) {
    return cut(connection, Defence::header_list, description);
  }
  const ssize_t consumed = read_by_library(conn, connection, src, len, description);
  // A CONTINUATION that arrives once a graceful shutdown began consumes nothing, and the library would try for ever.
  return consumed == 0 ? skip_continuation(conn, connection, frame, len) : consumed;
}

/// What a frame was that has been taken as a whole; an error where it was one too many.
int count_frame(h2o_http2_conn_t& conn, Connection& connection, const FrameHeader& frame, const char** description) {
  const config::Limits& limits = connection.owner().limits;
  const std::uint64_t now = h2o_now(conn.super.ctx->loop);
  if (frame.type == H2O_HTTP2_FRAME_TYPE_HEADERS) connection.frames.request_by_client(now);
  if (is_idle(frame) && !connection.frames.idle_frame(now, limits)) {
    return cut(connection, Defence::idle_frames, description);
  }
  // To cancel a push (an even stream) is a client's right.
  if (frame.type == H2O_HTTP2_FRAME_TYPE_RST_STREAM && frame.stream_id % 2 == 1 &&
      !connection.frames.reset_by_client(now, limits)) {
    return cut(connection, Defence::rapid_reset, description);
  }
  return 0;
}

/// The library counts errors of streams only where it reads frames.
int count_stream_errors(h2o_http2_conn_t& conn, Connection& connection, const char** description) {
  ConnectionOwner& owner = connection.owner();
  const std::uint64_t errors_now = stream_errors(*conn.super.ctx);
  const std::uint64_t errors = errors_now - std::exchange(owner.stream_errors, errors_now);
  const std::uint64_t now = h2o_now(conn.super.ctx->loop);
  if (errors == 0 || connection.frames.stream_errors(now, errors, owner.limits)) return 0;
  return cut(connection, Defence::stream_errors, description);
}

}  // namespace

ssize_t read_guarded_frame(h2o_http2_conn_t* conn, const std::uint8_t* src, std::size_t len, const char** description) {
  Connection& connection = *Connection::of(conn->sock);
  // The preface reads as a frame of type 0x48 ("PRI * HTTP…"); the library's first reader deals with it alone.
  if (conn->pull_stream_ids.max_open == 0 && len > 0 && src[0] == 'P') {
    const ssize_t consumed = read_by_library(*conn, connection, src, len, description);
    if (consumed > 0) connection.between_frames = connection.read_expect;
    return consumed;
  }
  if (len < H2O_HTTP2_FRAME_HEADER_SIZE) return read_by_library(*conn, connection, src, len, description);

  const FrameHeader frame(src);
  const ssize_t consumed = read_frame(*conn, connection, frame, src, len, description);
  if (consumed <= 0) {
    connection.owner().stream_errors = stream_errors(*conn->super.ctx);
    return consumed;
  }
  int error = count_frame(*conn, connection, frame, description);
  if (error == 0) error = count_stream_errors(*conn, connection, description);
  return error != 0 ? error : consumed;
}

}  // namespace outrider::http
