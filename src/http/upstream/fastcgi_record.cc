// SPDX-License-Identifier: MIT
#include "http/upstream/fastcgi_record.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace outrider::http::upstream {
namespace {

enum Type : std::uint8_t {
  begin_request = 1,
  end_request = 3,
  params_record = 4,
  stdin_record = 5,
  stdout_record = 6,
  stderr_record = 7
};

constexpr std::uint8_t version = 1;
constexpr std::uint8_t request_id = 1;
constexpr std::uint8_t responder = 1;
constexpr std::uint8_t keep_conn = 1;
// Below the format's 65,535, and a multiple of 8, so that no padding is wanted.
constexpr std::size_t max_content = 65'528;

void append_header(std::string& out, Type type, std::size_t length) {
  const char header[] = {
      static_cast<char>(version),     static_cast<char>(type),          0, static_cast<char>(request_id),
      static_cast<char>(length >> 8), static_cast<char>(length & 0xff), 0, 0};
  out.append(header, sizeof(header));
}

/// Lengths below 128 take one byte, others four with the highest bit set.
void append_length(std::string& out, std::size_t length) {
  if (length < 128) {
    out.push_back(static_cast<char>(length));
    return;
  }
  out.push_back(static_cast<char>(0x80 | (length >> 24 & 0x7f)));
  for (int shift : {16, 8, 0}) out.push_back(static_cast<char>(length >> shift & 0xff));
}

std::string encode_params(const FastCgiParams& params) {
  std::string text;
  for (const auto& [name, value] : params) {
    append_length(text, name.size());
    append_length(text, value.size());
    text += name;
    text += value;
  }
  return text;
}

const char* refusal(std::uint8_t status) {
  switch (status) {
    case 1:
      return "it cannot multiplex connections (FCGI_CANT_MPX_CONN)";
    case 2:
      return "it is overloaded (FCGI_OVERLOADED)";
    case 3:
      return "it is no responder (FCGI_UNKNOWN_ROLE)";
    default:
      return nullptr;
  }
}

}  // namespace

FastCgiRequest encode_fastcgi_request(const FastCgiParams& params, std::string_view body, bool keep_connection) {
  FastCgiRequest request;
  std::string& head = request.storage.emplace_back();
  append_header(head, begin_request, 8);
  const char flags = static_cast<char>(keep_connection ? keep_conn : 0);
  const char begin[] = {0, static_cast<char>(responder), flags, 0, 0, 0, 0, 0};
  head.append(begin, sizeof(begin));
  const std::string text = encode_params(params);
  for (std::size_t at = 0; at < text.size(); at += max_content) {
    const std::size_t size = std::min(max_content, text.size() - at);
    append_header(head, params_record, size);
    head.append(text, at, size);
  }
  append_header(head, params_record, 0);
  request.pieces.push_back(head);
  for (std::size_t at = 0; at < body.size(); at += max_content) {
    const std::string_view slice = body.substr(at, max_content);
    append_header(request.storage.emplace_back(), stdin_record, slice.size());
    request.pieces.push_back(request.storage.back());
    request.pieces.push_back(slice);
  }
  append_header(request.storage.emplace_back(), stdin_record, 0);
  request.pieces.push_back(request.storage.back());
  return request;
}

Result<FastCgiRecords::Content> FastCgiRecords::feed(std::span<char> bytes) {
  Content content;
  std::size_t in = 0, out = 0;
  while (in != bytes.size() && !content.ended) {
    if (header_bytes_ != header_size) {
      header_[header_bytes_++] = static_cast<std::uint8_t>(bytes[in++]);
      if (header_bytes_ != header_size) continue;
      if (auto begun = begin_record(); !begun) return tl::unexpected(begun.error());
    } else if (content_left_ != 0) {
      const std::size_t size = std::min(content_left_, bytes.size() - in);
      if (type_ == stdout_record) {
        std::memmove(bytes.data() + out, bytes.data() + in, size);
        out += size;
      } else if (type_ == stderr_record) {
        content.errors.append(bytes.data() + in, size);
      } else if (type_ == end_request) {
        const std::size_t wanted = std::min(size, end_request_.size() - end_request_bytes_);
        std::memcpy(end_request_.data() + end_request_bytes_, bytes.data() + in, wanted);
        end_request_bytes_ += wanted;
      }
      in += size;
      content_left_ -= size;
    } else {
      const std::size_t size = std::min(padding_left_, bytes.size() - in);
      in += size;
      padding_left_ -= size;
    }
    if (content_left_ == 0 && padding_left_ == 0) {
      if (auto ended = end_record(content); !ended) return tl::unexpected(ended.error());
    }
  }
  content.output = bytes.first(out);
  content.trailing_bytes = content.ended && in != bytes.size();
  return content;
}

Result<void> FastCgiRecords::begin_record() {
  const unsigned id = header_[2] * 256u + header_[3];
  if (header_[0] != version)
    return failure(fmt::format("no FastCGI answer: a record of version {}, not 1", header_[0]));
  if (id != request_id && id != 0) return failure(fmt::format("a FastCGI record of request {}, not 1", id));
  // Records without a request manage the connection; none of them were asked for, all may be passed over.
  type_ = id == 0 ? 0 : header_[1];
  content_left_ = header_[4] * 256u + header_[5];
  padding_left_ = header_[6];
  return {};
}

Result<void> FastCgiRecords::end_record(Content& content) {
  header_bytes_ = 0;
  if (type_ != end_request) return {};
  if (end_request_bytes_ != end_request_.size()) return failure("a FCGI_END_REQUEST record that is too short");
  if (const char* why = refusal(end_request_[4]); why != nullptr) return failure(why);
  content.ended = true;
  return {};
}

}  // namespace outrider::http::upstream
