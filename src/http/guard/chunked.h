// SPDX-License-Identifier: MIT
// Chunked bodies (RFC 9112 7.1) to the letter, in place of the library's decoder, which takes "0x3" for a size and a
// line feed for a line end: where two servers disagree on a chunk's size, a request can be smuggled in its data. Both
// requests and the answers of upstreams are read by it. Pure.
#pragma once

#include "http/guard/picohttpparser.h"

namespace outrider::http {

/// Bytes of a chunk's size line behind the size, and of a trailer section, that are read over.
inline constexpr std::size_t longest_chunk_extension = 250;
inline constexpr std::size_t longest_trailer = 8'192;

/// As phr_decode_chunked: decodes `text` in place and sets `length` to what is decoded. Returns the number of bytes
/// behind the body, which follow the decoded ones, -2 where more is to come, -1 where it is malformed or one of the
/// above is too long. A decoder starts as all zeros but for `consume_trailer`; without that it stops behind the last
/// chunk's line.
ssize_t decode_chunked(phr_chunked_decoder& decoder, char* text, std::size_t& length);

}  // namespace outrider::http
