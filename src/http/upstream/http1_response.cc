// SPDX-License-Identifier: MIT
#include "http/upstream/http1_response.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "http/guard/chunked.h"
#include "http/guard/picohttpparser.h"
#include "http/upstream/head_fields.h"

namespace outrider::http::upstream {
namespace {

struct StatusLine {
  int minor_version = 0;
  int status = 0;
  std::string_view reason;
  std::size_t length = 0;  // with its line end
};

bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// RFC 9112 4. A reason phrase, and the space before it, may be missing. A length of 0 means that the line has no end
/// yet.
Result<StatusLine> parse_status_line(std::string_view text) {
  constexpr std::string_view start = "HTTP/1.";
  const std::string_view beginning = text.substr(0, start.size());
  const auto refuse = [&] {
    return failure(
        fmt::format("no HTTP/1.1 response: it begins with \"{}\"", printable(text.substr(0, text.find('\n')))));
  };
  if (beginning != start.substr(0, beginning.size())) return refuse();
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return StatusLine{};
  std::string_view line = text.substr(0, end);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const bool shaped = line.size() >= 12 && digit(line[7]) && line[8] == ' ' && digit(line[9]) && digit(line[10]) &&
                      digit(line[11]) && (line.size() == 12 || line[12] == ' ');
  if (!shaped || std::any_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
    return refuse();
  }
  StatusLine result;
  result.minor_version = line[7] - '0';
  result.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  result.reason = line.size() > 13 ? line.substr(13) : std::string_view();
  result.length = end + 1;
  if (result.status < 100) return refuse();
  return result;
}

}  // namespace

Http1Response::Http1Response(Http1Expectation expectation) : expectation_(expectation) {}
Http1Response::~Http1Response() = default;

Result<Progress> Http1Response::feed(std::span<char> bytes) {
  Progress progress;
  if (in_body_) {
    std::string().swap(head_);
    if (auto taken = take_body(bytes, progress); !taken) return tl::unexpected(taken.error());
    return progress;
  }
  head_.append(bytes.data(), bytes.size());
  while (!in_body_) {
    const auto found = next_head(progress);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return progress;
  }
  auto taken = take_body(std::span(head_).subspan(parsed_), progress);
  if (!taken) return tl::unexpected(taken.error());
  return progress;
}

/// Moves one head from `head_` into `progress`; false while it is not whole.
Result<bool> Http1Response::next_head(Progress& progress) {
  const std::string_view text = std::string_view(head_).substr(parsed_);
  const auto line = parse_status_line(text);
  if (!line) return tl::unexpected(line.error());
  ResponseHead head;
  std::size_t length = 0;
  if (line->length != 0) {
    const std::size_t known = looked_at_ > line->length ? looked_at_ - line->length : 0;
    const auto fields = parse_fields(text.substr(line->length), known, head.fields);
    if (!fields) return tl::unexpected(fields.error());
    if (*fields != 0) length = line->length + *fields;
  }
  if (parsed_ + (length != 0 ? length : text.size()) > expectation_.max_head_bytes) {
    return failure(fmt::format("a response head of more than {} bytes (max_head_bytes)", expectation_.max_head_bytes));
  }
  looked_at_ = text.size();
  if (length == 0) return false;
  parsed_ += length;
  looked_at_ = 0;
  head.status = line->status;
  head.reason = line->reason;
  if (line->status < 200 && line->status != 101) {
    progress.informational.push_back(std::move(head));
    return true;
  }
  if (auto begun = begin_body(head, line->minor_version); !begun) return tl::unexpected(begun.error());
  progress.head = std::move(head);
  return true;
}

/// Finds out where the body ends: RFC 9112 6.3.
Result<void> Http1Response::begin_body(ResponseHead& head, int minor_version) {
  const auto length = content_length_of(head.fields);
  if (!length) return tl::unexpected(length.error());
  in_body_ = true;
  keep_alive_ = minor_version >= 1 ? !lists_token(head.fields, "connection", "close")
                                   : lists_token(head.fields, "connection", "keep-alive");
  if (head.status == 101) {
    if (!expectation_.upgrade_asked) return failure("101 Switching Protocols to a request that asked for no upgrade");
    keep_alive_ = false;
    return {};
  }
  const push::Field* coding = find_field(head.fields, "transfer-encoding");
  if (coding == nullptr) head.content_length = *length;
  if (expectation_.head_request || head.status == 204 || head.status == 304) return {};
  if (coding != nullptr) {
    const bool repeated = std::count_if(head.fields.begin(), head.fields.end(), [](const push::Field& field) {
                            return equals_ignoring_case(field.name, "transfer-encoding");
                          }) != 1;
    if (repeated || !equals_ignoring_case(coding->value, "chunked")) {
      return failure(fmt::format("a Transfer-Encoding other than chunked (\"{}\")", printable(coding->value)));
    }
    // Both of them, or chunks in an answer of HTTP/1.0: somebody on the way may see another end than we do.
    if (*length || minor_version == 0) keep_alive_ = false;
    body_ = Body::chunked;
    decoder_ = std::make_unique<phr_chunked_decoder>();
    decoder_->consume_trailer = 1;
  } else if (*length) {
    body_ = Body::length;
    left_ = **length;
  } else {
    body_ = Body::until_close;
    keep_alive_ = false;
  }
  return {};
}

Result<void> Http1Response::take_body(std::span<char> bytes, Progress& progress) {
  switch (body_) {
    case Body::none:
      // Bytes behind a 101 belong to the new protocol; behind any other head they belong to nobody.
      progress.body = progress.head && progress.head->status == 101 ? bytes : std::span<char>();
      trailing_bytes_ = trailing_bytes_ || !bytes.empty();
      progress.complete = true;
      return {};
    case Body::length: {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      left_ -= taken;
      progress.body = bytes.first(taken);
      progress.complete = left_ == 0;
      trailing_bytes_ = taken != bytes.size();
      return {};
    }
    case Body::chunked: {
      std::size_t size = bytes.size();
      const ssize_t behind = decode_chunked(*decoder_, bytes.data(), size);
      if (behind == -1) return failure("a malformed chunked body");
      progress.body = bytes.first(size);
      progress.complete = behind >= 0;
      trailing_bytes_ = behind > 0;
      return {};
    }
    case Body::until_close:
      progress.body = bytes;
      return {};
  }
  return {};
}

Result<Progress> Http1Response::closed() {
  keep_alive_ = false;
  if (!in_body_) {
    return failure(head_.size() == parsed_ ? "it closed the connection without an answer"
                                           : "it closed the connection within the response head");
  }
  Progress progress;
  progress.complete = true;
  if (body_ == Body::until_close) return progress;
  if (body_ == Body::length)
    return failure(fmt::format("it closed the connection {} bytes before the body's end", left_));
  return failure("it closed the connection before the last chunk of the body");
}

}  // namespace outrider::http::upstream
