// SPDX-License-Identifier: MIT
#include "http/upstream/request_head.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "http/upstream/head_fields.h"

namespace outrider::http::upstream {

Result<std::string> build_request_head(const RequestLine& line, const ForwardedFields& fields) {
  if (!is_token(line.method)) return failure(fmt::format("a method \"{}\"", printable(line.method)));
  const bool clean_host = std::none_of(line.host.begin(), line.host.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f;
  });
  if (!clean_host) return failure(fmt::format("a host \"{}\"", printable(line.host)));
  std::string head;
  head.reserve(512);
  head.append(line.method)
      .append(" ")
      .append(line.target)
      .append(" HTTP/1.1\r\nhost: ")
      .append(line.host)
      .append("\r\n");
  head += line.websocket    ? "connection: upgrade\r\nupgrade: websocket\r\n"
          : line.keep_alive ? "connection: keep-alive\r\n"
                            : "connection: close\r\n";
  if (line.content_length) head += fmt::format("content-length: {}\r\n", *line.content_length);
  for (const push::Field& field : fields.fields) {
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  head += "\r\n";
  return head;
}

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> methods{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  return std::find(methods.begin(), methods.end(), method) != methods.end();
}

bool announces_length(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace outrider::http::upstream
