// SPDX-License-Identifier: MIT
#include "push/resolve.h"

#include <algorithm>

namespace outrider::push {
namespace {

/// RFC 3986 3.1: letters, digits and "+-." up to the first colon, a letter in front.
bool has_scheme(std::string_view reference) {
  const auto colon = reference.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const std::string_view scheme = reference.substr(0, colon);
  return letter(scheme.front()) && std::all_of(scheme.begin(), scheme.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
         });
}

/// `also` names further bytes to encode. A '%' stays: what is encoded already is not encoded twice.
std::string encoded(std::string_view text, std::string_view also) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size());
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte > 0x20 && byte < 0x7f &&
                       std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos &&
                       also.find(c) == std::string_view::npos;
    if (plain) {
      result += c;
    } else {
      result += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return result;
}

std::string without_dot_segments(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    // `path` begins with a slash here.
    const auto end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(1, end - 1);
    const bool last = end == path.size();
    if (segment == ".." && !result.empty()) result.resize(result.rfind('/'));
    if (segment == "." || segment == "..") {
      if (last) result += '/';
    } else {
      result += path.substr(0, end);
    }
    path.remove_prefix(end);
  }
  return result;
}

}  // namespace

std::string resolve_reference(std::string_view reference, std::string_view base_path) {
  if (has_scheme(reference)) return encoded(reference, {});
  if (reference.substr(0, 2) == "//") return "https:" + encoded(reference, {});
  const auto path_end = std::min(reference.find_first_of("?#"), reference.size());
  const std::string_view path = reference.substr(0, path_end);
  std::string joined;
  if (path.substr(0, 1) == "/") {
    joined = encoded(path, {});
  } else if (path.empty()) {
    joined = encoded(base_path, "?#");
  } else {
    const auto folder = std::min(base_path.rfind('/'), base_path.size());
    joined = encoded(base_path.substr(0, folder), "?#") + "/" + encoded(path, {});
  }
  if (joined.empty() || joined.front() != '/') joined.insert(joined.begin(), '/');
  return without_dot_segments(joined) + encoded(reference.substr(path_end), {});
}

}  // namespace outrider::push
