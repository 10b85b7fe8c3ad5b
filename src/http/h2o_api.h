// SPDX-License-Identifier: MIT
// libh2o's C headers, in one place: the public ones, the internal one of HTTP/2 that the guard and the early hints
// need, and the two structs of picohttpparser, whose header the package lacks.
#pragma once

#include <cstring>
#include <string_view>

extern "C" {
#include <h2o.h>
#include <h2o/http1.h>
#include <h2o/http2.h>
#include <h2o/http2_internal.h>
#include <h2o/tunnel.h>

struct phr_header {
  const char* name;
  size_t name_len;
  const char* value;
  size_t value_len;
};

struct phr_chunked_decoder {
  size_t bytes_left_in_chunk;
  char consume_trailer;
  char _hex_count;
  char _state;
};

int phr_parse_request(const char* buf, size_t len, const char** method, size_t* method_len, const char** path,
                      size_t* path_len, int* minor_version, struct phr_header* headers, size_t* num_headers,
                      size_t last_len);
int phr_parse_response(const char* buf, size_t len, int* minor_version, int* status, const char** msg, size_t* msg_len,
                       struct phr_header* headers, size_t* num_headers, size_t last_len);
int phr_parse_headers(const char* buf, size_t len, struct phr_header* headers, size_t* num_headers, size_t last_len);
ssize_t phr_decode_chunked(struct phr_chunked_decoder* decoder, char* buf, size_t* bufsz);
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
