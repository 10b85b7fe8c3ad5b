// SPDX-License-Identifier: MIT
#include "push/url_bytes.h"

namespace outrider::push {
namespace {

std::string_view encoded_in(UrlPart part) {
  switch (part) {
    case UrlPart::path:
      return "\"<>\\^`{}";
    case UrlPart::query:
      return "\"<>'";
    case UrlPart::fragment:
      break;
  }
  return "\"<>`";
}

}  // namespace

bool stays_in_url(char c, UrlPart part) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7f && encoded_in(part).find(c) == std::string_view::npos;
}

UrlPart url_part_of(char c, UrlPart part) {
  if (c == '#') return UrlPart::fragment;
  return c == '?' && part == UrlPart::path ? UrlPart::query : part;
}

void append_percent_encoded(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += {'%', digits[byte >> 4], digits[byte & 15]};
}

std::string with_encoded_bytes(std::string_view url) {
  UrlPart part = UrlPart::path;
  std::string result;
  result.reserve(url.size());
  for (const char c : url) {
    part = url_part_of(c, part);
    if (stays_in_url(c, part)) {
      result += c;
    } else {
      append_percent_encoded(result, c);
    }
  }
  return result;
}

}  // namespace outrider::push
