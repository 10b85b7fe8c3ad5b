// SPDX-License-Identifier: MIT
#include "http/guard/http1_head.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace outrider::http {
namespace {

/// A line feed alone ends a line for some and not for others (RFC 9112 2.2).
bool has_bare_line_feed(std::string_view text) {
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return true;
  }
  return false;
}

std::string_view name_of(const phr_header& field) {
  return {field.name, field.name_len};
}
std::string_view value_of(const phr_header& field) {
  return {field.value, field.value_len};
}

/// RFC 9110 8.6: one number. Lists of equal ones would be valid, and no client sends them.
bool is_length(std::string_view value) {
  constexpr std::size_t most_digits = 18;  // fits 64 bits
  value = trim(value);
  return !value.empty() && value.size() <= most_digits && std::all_of(value.begin(), value.end(), is_digit);
}

/// What a client may list in Connection (RFC 9110 7.6.1): all of it ends here in any case.
bool may_end_here(std::string_view option) {
  constexpr std::array<std::string_view, 10> options{"close",
                                                     "keep-alive",
                                                     "upgrade",
                                                     "te",
                                                     "trailer",
                                                     "http2-settings",
                                                     "trailers",
                                                     "proxy-connection",
                                                     "proxy-authorization",
                                                     "proxy-authenticate"};
  return std::any_of(options.begin(), options.end(),
                     [&](std::string_view known) { return equals_ignoring_case(option, known); });
}

/// To have a field taken out that the application goes by, such as one that a proxy has put in, is what such a list is
/// for elsewhere.
bool names_a_field(std::string_view options, std::span<const phr_header> fields) {
  for (const std::string_view option : split(options, ',')) {
    if (option.empty() || may_end_here(option)) continue;
    const bool there = std::any_of(fields.begin(), fields.end(), [&](const phr_header& field) {
      return field.name != nullptr && equals_ignoring_case(name_of(field), option);
    });
    if (there) return true;
  }
  return false;
}

}  // namespace

const char* objection_to(const Http1Head& head) {
  if (has_bare_line_feed(head.text)) return "a line that ends without a carriage return";
  std::size_t hosts = 0, lengths = 0, codings = 0;
  bool is_chunked = false;
  for (const phr_header& field : head.fields) {
    if (field.name == nullptr) return "a field that goes on in another line";
    const std::string_view name = name_of(field);
    if (equals_ignoring_case(name, "host")) {
      ++hosts;
    } else if (equals_ignoring_case(name, "content-length")) {
      ++lengths;
      if (!is_length(value_of(field))) return "a Content-Length that is no number";
    } else if (equals_ignoring_case(name, "transfer-encoding")) {
      ++codings;
      is_chunked = equals_ignoring_case(trim(value_of(field)), "chunked");
    } else if (equals_ignoring_case(name, "connection") && names_a_field(value_of(field), head.fields)) {
      return "a field that its Connection field takes away";
    }
  }
  if (hosts > 1) return "more than one Host field";
  if (hosts == 0 && head.minor_version >= 1) return "no Host field";
  if (lengths > 1) return "more than one Content-Length";
  if (codings == 0) return nullptr;
  if (lengths != 0) return "both Content-Length and Transfer-Encoding";
  if (head.minor_version == 0) return "a Transfer-Encoding, in HTTP/1.0";
  return codings == 1 && is_chunked ? nullptr : "a Transfer-Encoding other than chunked";
}

}  // namespace outrider::http
