// SPDX-License-Identifier: MIT
// FastCGI 1.0 framing: a request as records, and what is in the records of an answer. One request a connection at a
// time, always with id 1.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace outrider::http::upstream {

using FastCgiParams = std::vector<std::pair<std::string, std::string>>;

/// A request for the responder role: pieces to be written one after the other. `storage` owns all of them but the
/// slices of the body.
struct FastCgiRequest {
  std::deque<std::string> storage;
  std::vector<std::string_view> pieces;
};

/// `keep_connection`: ask the application to leave the connection open (FCGI_KEEP_CONN). `body` must outlive the
/// result.
FastCgiRequest encode_fastcgi_request(const FastCgiParams& params, std::string_view body, bool keep_connection);

/// Takes an answer's records apart.
class FastCgiRecords {
 public:
  struct Content {
    std::span<char> output;  // FCGI_STDOUT, moved together at the front of what was fed
    std::string errors;      // FCGI_STDERR
    bool ended = false;      // FCGI_END_REQUEST was seen
    bool trailing_bytes = false;
  };

  /// An Error says which record is not what the protocol allows, or why the application refused the request.
  Result<Content> feed(std::span<char> bytes);

 private:
  Result<void> begin_record();
  Result<void> end_record(Content& content);

  static constexpr std::size_t header_size = 8;
  std::array<std::uint8_t, header_size> header_{};
  std::size_t header_bytes_ = 0;
  std::uint8_t type_ = 0;
  std::size_t content_left_ = 0, padding_left_ = 0;
  std::array<std::uint8_t, 8> end_request_{};
  std::size_t end_request_bytes_ = 0;
};

}  // namespace outrider::http::upstream
