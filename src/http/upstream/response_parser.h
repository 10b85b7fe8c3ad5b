// SPDX-License-Identifier: MIT
// What an upstream's bytes mean: the one shape that HTTP/1.1 and FastCGI answers have in common. No sockets here, so
// that the parsers can be tested with plain bytes. A parser serves one response on one connection.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "push/request.h"

namespace outrider::http::upstream {

/// The head of a response. Names are as the upstream wrote them. Views are valid until the parser is fed again.
struct ResponseHead {
  int status = 0;
  std::string_view reason;
  std::vector<push::Field> fields;
  /// The body's size where it is known beforehand, also for HEAD (RFC 9110 8.6).
  std::optional<std::uint64_t> content_length;
};

/// What came of the bytes that were just fed.
struct Progress {
  std::vector<ResponseHead> informational;  // 1xx, in order; never 101
  std::optional<ResponseHead> head;         // the final one, once
  /// Bytes of the body, within what was fed or within the parser; valid until it is fed again. Behind a 101: the first
  /// bytes of the other protocol.
  std::span<char> body;
  bool complete = false;   // nothing of this response is left to come
  std::string complaints;  // what the application wrote to its standard error (FastCGI)
};

class ResponseParser {
 public:
  virtual ~ResponseParser() = default;
  /// Takes the next bytes; they are changed in place. An Error is final: the upstream broke the protocol or a limit.
  virtual Result<Progress> feed(std::span<char> bytes) = 0;
  /// Takes the end of the upstream's stream: the end of some bodies, the breaking off of everything else.
  virtual Result<Progress> closed() = 0;
  /// Once complete: the connection may carry another request.
  virtual bool reusable() const = 0;
};

}  // namespace outrider::http::upstream
