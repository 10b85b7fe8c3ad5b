// SPDX-License-Identifier: MIT
#include "push/resolve.h"

#include <algorithm>

#include "base/text.h"
#include "push/url_bytes.h"

namespace outrider::push {
namespace {

/// RFC 3986 3.1: letters, digits and "+-." up to the first colon, a letter in front.
bool has_scheme(std::string_view reference) {
  const auto colon = reference.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view scheme = reference.substr(0, colon);
  return is_letter(scheme.front()) && std::all_of(scheme.begin(), scheme.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

/// As browsers read http URLs: a backslash ahead of the query is a slash.
std::string with_slashes(std::string_view reference) {
  std::string result(reference);
  const auto end = std::min(reference.find_first_of("?#"), reference.size());
  std::replace(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(end), '\\', '/');
  return result;
}

/// RFC 3986 6.2.2.2: letters, digits and "-._~" mean the same whether encoded or not.
std::string without_needless_encoding(std::string_view path) {
  std::string result;
  result.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const int high = path[i] == '%' && i + 2 < path.size() ? hex_digit(path[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(path[i + 2]) : -1;
    const char c = low >= 0 ? static_cast<char>(high * 16 + low) : '\0';
    if (is_letter(c) || is_digit(c) || (c != '\0' && std::string_view("-._~").find(c) != std::string_view::npos)) {
      result += c;
      i += 2;
    } else {
      result += path[i];
    }
  }
  return result;
}

/// One dot or two, as browsers also read them where they are encoded; else 0.
std::size_t dots(std::string_view segment) {
  std::size_t count = 0;
  while (!segment.empty()) {
    const bool plain = segment.front() == '.';
    if (!plain && !equals_ignoring_case(segment.substr(0, 3), "%2e")) return 0;
    segment.remove_prefix(plain ? 1 : 3);
    ++count;
  }
  return count <= 2 ? count : 0;
}

std::string without_dot_segments(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    // `path` begins with a slash here.
    const auto end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(1, end - 1);
    const bool last = end == path.size();
    const std::size_t dot_count = dots(segment);
    if (dot_count == 2 && !result.empty()) result.resize(result.rfind('/'));
    if (dot_count != 0) {
      if (last) result += '/';
    } else {
      result += path.substr(0, end);
    }
    path.remove_prefix(end);
  }
  return result;
}

/// `//host`, and what is behind it.
std::string with_plain_path(std::string_view reference) {
  const auto authority_end = std::min(reference.find_first_of("/?#", 2), reference.size());
  const auto path_end = std::min(reference.find_first_of("?#", authority_end), reference.size());
  const std::string_view path = reference.substr(authority_end, path_end - authority_end);
  return with_encoded_bytes(reference.substr(0, authority_end)) + without_dot_segments(with_encoded_bytes(path)) +
         with_encoded_bytes(reference.substr(path_end));
}

bool is_http(std::string_view scheme) {
  return equals_ignoring_case(scheme, "https") || equals_ignoring_case(scheme, "http");
}

}  // namespace

std::string resolve_reference(std::string_view written, const BaseUrl& base) {
  const std::string with_plain_slashes = with_slashes(written);
  const std::string_view reference = with_plain_slashes;
  if (has_scheme(reference)) {
    const std::string_view scheme = reference.substr(0, reference.find(':'));
    const std::string_view rest = reference.substr(scheme.size() + 1);
    if (!is_http(scheme) || rest.substr(0, 2) != "//") return with_encoded_bytes(reference);
    return std::string(scheme) + ":" + with_plain_path(rest);
  }
  if (reference.substr(0, 2) == "//") return std::string(base.scheme) + ":" + with_plain_path(reference);
  const auto path_end = std::min(reference.find_first_of("?#"), reference.size());
  const std::string_view path = reference.substr(0, path_end);
  std::string joined;
  if (path.substr(0, 1) != "/") {
    joined = with_encoded_bytes(without_needless_encoding(base.path));
    if (!path.empty()) joined.resize(joined.rfind('/') + 1);
  }
  joined += with_encoded_bytes(path);
  if (joined.empty() || joined.front() != '/') joined.insert(joined.begin(), '/');
  joined = without_dot_segments(joined);
  // A path that begins so would name a host; "/." in front changes nothing else.
  if (joined.starts_with("//")) joined.insert(0, "/.");
  return joined + with_encoded_bytes(reference.substr(path_end));
}

std::string as_browsers_ask(std::string_view url) {
  return with_encoded_bytes(with_slashes(url));
}

}  // namespace outrider::push
