// SPDX-License-Identifier: MIT
// A FastCGI application's answer: CGI header fields and a body (RFC 3875 6) within records.
#pragma once

#include "http/upstream/fastcgi_record.h"
#include "http/upstream/response_parser.h"

namespace outrider::http::upstream {

class FastCgiResponse final : public ResponseParser {
 public:
  FastCgiResponse(bool head_request, bool keep_connection, std::size_t max_head_bytes)
      : head_request_(head_request), keep_connection_(keep_connection), max_head_bytes_(max_head_bytes) {}

  Result<Progress> feed(std::span<char> bytes) override;
  Result<Progress> closed() override;
  bool reusable() const override { return keep_connection_ && ended_ && !trailing_bytes_; }

 private:
  Result<void> take_output(std::span<char> output, Progress& progress);
  Result<void> begin_body(std::vector<push::Field> fields, Progress& progress);
  void take_body(std::span<char> bytes, Progress& progress);

  const bool head_request_, keep_connection_;
  const std::size_t max_head_bytes_;
  FastCgiRecords records_;
  std::string head_;
  std::size_t looked_at_ = 0;
  bool in_body_ = false;
  bool body_wanted_ = true;  // false for HEAD, 204 and 304, whatever the application writes
  std::optional<std::uint64_t> left_;
  bool ended_ = false;
  bool trailing_bytes_ = false;
};

}  // namespace outrider::http::upstream
