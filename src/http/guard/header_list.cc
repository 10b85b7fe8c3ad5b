// SPDX-License-Identifier: MIT
// The library bounds a header block as it was sent, not as it decodes: one byte of HPACK repeats a field of 4 KB (RFC
// 7541 6.1), 400,000 times in one request. So the fields are counted while they are decoded; behind the limit none is
// kept, and the connection is cut at the block's end, because a decoder cannot stop before (RFC 9113 10.5.1).
//
// A Cache-Digest is decoded on the way, and each of its bits may become a number of eight bytes. So only the first one
// of a block is, and only where it is short; the rest are as if they were not there.

#include <utility>

#include "base/check.h"
#include "http/guard/connection.h"
#include "http/guard/interpose.h"
#include "http/http2.h"

namespace outrider::http {
namespace {

constexpr std::size_t field_bytes = 32;      // what that adds for each field
constexpr std::size_t longest_digest = 512;  // of base64: some 320 assets at one false positive in 128

/// The block that this thread decodes.
class Block {
 public:
  explicit Block(const config::Limits& limits) : limits_(limits) {}

  /// Counts a field; false where there is no room for it. A Cookie comes in as many parts as the client likes (RFC 9113
  /// 8.2.3).
  bool take(std::size_t name, std::size_t value, bool is_cookie) {
    bytes_ += name + value + field_bytes;
    fields_ += is_cookie ? 0 : 1;
    return fits() && !has_too_many_fields();
  }
  bool fits() const { return bytes_ <= limits_.header_bytes; }
  bool has_too_many_fields() const { return fields_ > limits_.header_fields; }

  bool has_digest = false;

 private:
  const config::Limits& limits_;
  std::size_t bytes_ = 0;
  std::size_t fields_ = 0;
};

thread_local Block* decoding = nullptr;

}  // namespace
}  // namespace outrider::http

using namespace outrider::http;

extern "C" {

__attribute__((visibility("default"))) int h2o_hpack_parse_headers(
    h2o_req_t* req, h2o_hpack_header_table_t* header_table, const uint8_t* src, size_t len,
    int* pseudo_header_exists_map, size_t* content_length, h2o_cache_digests_t** digests, const char** err_desc) {
  static const auto real_parse = real_function<decltype(&h2o_hpack_parse_headers)>("h2o_hpack_parse_headers");
  Connection& connection = *Connection::of(http2_connection(*req).sock);
  Block block(connection.owner().limits);
  const bool is_trailer_section = pseudo_header_exists_map == nullptr;
  const std::size_t fields_before = req->headers.size;
  decoding = &block;
  const int error =
      real_parse(req, header_table, src, len, pseudo_header_exists_map, content_length, digests, err_desc);
  decoding = nullptr;
  block.take(req->input.path.len, req->input.authority.len, true);
  if (!block.fits()) return cut(connection, Defence::header_list, err_desc);
  // Fields of trailers are no header fields (RFC 9110 6.5.1); merged with them, a late "authorization" would count.
  if (is_trailer_section) req->headers.size = fields_before;
  if (block.has_too_many_fields() && !is_trailer_section) mark_refused(*req);
  return error;
}

__attribute__((visibility("default"))) void h2o_add_header(h2o_mem_pool_t* pool, h2o_headers_t* headers,
                                                           const h2o_token_t* token, const char* orig_name,
                                                           const char* value, size_t value_len) {
  static const auto real_add = real_function<decltype(&h2o_add_header)>("h2o_add_header");
  if (decoding != nullptr && !decoding->take(token->buf.len, value_len, token == H2O_TOKEN_COOKIE)) return;
  real_add(pool, headers, token, orig_name, value, value_len);
}

__attribute__((visibility("default"))) void h2o_add_header_by_str(h2o_mem_pool_t* pool, h2o_headers_t* headers,
                                                                  const char* name, size_t name_len, int maybe_token,
                                                                  const char* orig_name, const char* value,
                                                                  size_t value_len) {
  static const auto real_add = real_function<decltype(&h2o_add_header_by_str)>("h2o_add_header_by_str");
  if (decoding != nullptr && !decoding->take(name_len, value_len, false)) return;
  real_add(pool, headers, name, name_len, maybe_token, orig_name, value, value_len);
}

__attribute__((visibility("default"))) void h2o_cache_digests_load_header(h2o_cache_digests_t** digests,
                                                                          const char* value, size_t len) {
  static const auto real_load =
      real_function<decltype(&h2o_cache_digests_load_header)>("h2o_cache_digests_load_header");
  if (decoding == nullptr || std::exchange(decoding->has_digest, true) || len > longest_digest) return;
  real_load(digests, value, len);
}
}
