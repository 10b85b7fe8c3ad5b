// SPDX-License-Identifier: MIT
// libh2o's C headers, in one place: the public ones, and the internal one of HTTP/2 that the guard and the early hints
// need.
#pragma once

#include <cstring>
#include <string_view>

extern "C" {
#include <h2o.h>
#include <h2o/http1.h>
#include <h2o/http2.h>
#include <h2o/http2_internal.h>
#include <h2o/tunnel.h>
}

namespace outrider::http {

inline std::string_view view(h2o_iovec_t text) {
  return {text.base, text.len};
}
inline h2o_iovec_t iovec(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};
}
inline bool has_field(const h2o_headers_t& headers, const h2o_token_t* name) {
  return h2o_find_header(&headers, name, -1) != -1;
}
/// A copy in the pool, as long-lived as the request.
inline std::string_view keep(h2o_mem_pool_t* pool, std::string_view text) {
  return text.empty() ? std::string_view() : view(h2o_strdup(pool, text.data(), text.size()));
}

}  // namespace outrider::http
