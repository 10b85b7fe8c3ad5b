// SPDX-License-Identifier: MIT
// HTTP/1.1 responses of an upstream (RFC 9112). Strict where a doubt about where a message ends could mix up two
// answers: what is ambiguous is refused, never guessed.
#pragma once

#include <memory>

#include "http/upstream/response_parser.h"

struct phr_chunked_decoder;  // the library's, known to the .cc file alone

namespace outrider::http::upstream {

struct Http1Expectation {
  bool head_request = false;            // no body will come, whatever the fields say
  bool upgrade_asked = false;           // 101 is a fitting answer
  std::size_t max_head_bytes = 65'536;  // of all heads of this response together, 1xx included
};

class Http1Response final : public ResponseParser {
 public:
  explicit Http1Response(Http1Expectation expectation);
  ~Http1Response() override;

  Result<Progress> feed(std::span<char> bytes) override;
  Result<Progress> closed() override;
  bool reusable() const override { return keep_alive_ && !trailing_bytes_; }

 private:
  enum class Body { none, length, chunked, until_close };

  Result<bool> next_head(Progress& progress);
  Result<void> begin_body(ResponseHead& head, int minor_version);
  Result<void> take_body(std::span<char> bytes, Progress& progress);

  const Http1Expectation expectation_;
  std::string head_;           // bytes of heads, and of the body where they came in one read
  std::size_t parsed_ = 0;     // of head_
  std::size_t looked_at_ = 0;  // bytes behind parsed_ that hold no end of a head
  bool in_body_ = false;
  Body body_ = Body::none;
  std::uint64_t left_ = 0;                        // of a body of known length
  std::unique_ptr<phr_chunked_decoder> decoder_;  // of a chunked body
  bool keep_alive_ = false;
  bool trailing_bytes_ = false;
};

}  // namespace outrider::http::upstream
