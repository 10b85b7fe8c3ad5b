// SPDX-License-Identifier: MIT
#include "http/upstream/fastcgi_response.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "http/upstream/head_fields.h"

namespace outrider::http::upstream {
namespace {

/// "404 Not Found" (RFC 3875 6.3.3) into `head`.
Result<void> parse_status(std::string_view text, ResponseHead& head) {
  const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  if (!digit(0) || !digit(1) || !digit(2) || (text.size() > 3 && text[3] != ' ') || text[0] < '2') {
    return failure(fmt::format("a Status that is none (\"{}\"); expected 200 to 999", printable(text)));
  }
  head.status = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  head.reason = trim(text.substr(3));
  return {};
}

}  // namespace

Result<Progress> FastCgiResponse::feed(std::span<char> bytes) {
  Progress progress;
  if (in_body_) std::string().swap(head_);
  auto content = records_.feed(bytes);
  if (!content) return tl::unexpected(content.error());
  progress.complaints = std::move(content->errors);
  ended_ = content->ended;
  trailing_bytes_ = content->trailing_bytes;
  if (auto taken = take_output(content->output, progress); !taken) return tl::unexpected(taken.error());
  if (!ended_) return progress;
  if (!in_body_) return failure("the application ended the request without a response head");
  if (left_ && *left_ != 0 && body_wanted_) {
    return failure(fmt::format("the application ended the request {} bytes before the body's end", *left_));
  }
  progress.complete = true;
  return progress;
}

Result<void> FastCgiResponse::take_output(std::span<char> output, Progress& progress) {
  if (in_body_) {
    take_body(output, progress);
    return {};
  }
  head_.append(output.data(), output.size());
  std::vector<push::Field> fields;
  const auto length = parse_fields(head_, looked_at_, fields);
  if (!length) return failure(fmt::format("{}; it begins with \"{}\"", length.error().message, printable(head_)));
  if ((*length != 0 ? *length : head_.size()) > max_head_bytes_) {
    return failure(fmt::format("a response head of more than {} bytes (max_head_bytes)", max_head_bytes_));
  }
  looked_at_ = head_.size();
  if (*length == 0) return {};
  if (auto begun = begin_body(std::move(fields), progress); !begun) return begun;
  take_body(std::span(head_).subspan(*length), progress);
  return {};
}

Result<void> FastCgiResponse::begin_body(std::vector<push::Field> fields, Progress& progress) {
  ResponseHead head;
  head.status = find_field(fields, "location") != nullptr ? 302 : 200;
  if (const push::Field* status = find_field(fields, "status"); status != nullptr) {
    if (auto parsed = parse_status(status->value, head); !parsed) return parsed;
  }
  const auto length = content_length_of(fields);
  if (!length) return tl::unexpected(length.error());
  std::erase_if(fields, [](const push::Field& field) { return equals_ignoring_case(field.name, "status"); });
  head.fields = std::move(fields);
  head.content_length = *length;
  body_wanted_ = !head_request_ && head.status != 204 && head.status != 304;
  left_ = *length;
  in_body_ = true;
  progress.head = std::move(head);
  return {};
}

/// What goes beyond the Content-Length would be taken for the next answer: it is dropped.
void FastCgiResponse::take_body(std::span<char> bytes, Progress& progress) {
  if (!body_wanted_) return;
  if (left_) {
    bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(*left_, bytes.size())));
    *left_ -= bytes.size();
  }
  progress.body = bytes;
}

Result<Progress> FastCgiResponse::closed() {
  if (!in_body_) {
    return failure(head_.empty() ? "it closed the connection without an answer"
                                 : "it closed the connection within the response head");
  }
  return failure("it closed the connection before FCGI_END_REQUEST");
}

}  // namespace outrider::http::upstream
