// SPDX-License-Identifier: MIT
// From the library's request to its HTTP/2 connection and stream. Only for requests whose version is 0x200, but for
// what asks for that itself.
#pragma once

#include "http/h2o_api.h"

namespace outrider::http {

inline h2o_http2_conn_t& http2_connection(const h2o_req_t& req) {
  return *reinterpret_cast<h2o_http2_conn_t*>(req.conn);  // its first member is the h2o_conn_t
}

inline h2o_http2_stream_t& http2_stream(const h2o_req_t& req) {
  return *H2O_STRUCT_FROM_MEMBER(h2o_http2_stream_t, req, &req);
}

/// A stream that we opened by a promise (RFC 9113 5.1.1: even identifiers are the server's).
inline bool is_pushed(const h2o_req_t& req) {
  return req.version >= 0x200 && http2_stream(req).stream_id % 2 == 0;
}

/// Its client takes pushes (SETTINGS_ENABLE_PUSH, RFC 9113 6.5.2). Of any request.
inline bool accepts_push(const h2o_req_t& req) {
  return req.version >= 0x200 && http2_connection(req).peer_settings.enable_push != 0;
}

}  // namespace outrider::http
