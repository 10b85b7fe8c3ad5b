// SPDX-License-Identifier: MIT
#include "http/upstream/request_target.h"

#include <algorithm>

#include "base/text.h"

namespace outrider::http::upstream {
namespace {

bool is_unreserved_in_path(char c) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=:@/";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         marks.find(c) != std::string_view::npos;
}

std::string encode_path(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (const char c : path) {
    if (is_unreserved_in_path(c)) {
      text += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      text += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return text;
}

/// "." and "..", also with their dots percent-encoded.
bool is_dot_segment(std::string_view segment) {
  std::size_t dots = 0;
  while (!segment.empty()) {
    if (segment[0] == '.') {
      segment.remove_prefix(1);
    } else if (equals_ignoring_case(segment.substr(0, 3), "%2e")) {
      segment.remove_prefix(3);
    } else {
      return false;
    }
    ++dots;
  }
  return dots == 1 || dots == 2;
}

bool has_dot_segments(std::string_view path) {
  while (!path.empty()) {
    const auto end = std::min(path.find_first_of("/\\"), path.size());
    if (is_dot_segment(path.substr(0, end))) return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

std::string_view without_prefix(std::string_view path, std::string_view prefix) {
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

}  // namespace

Result<void> check_raw_target(std::string_view raw) {
  if (raw.empty() || raw[0] != '/') return failure("a request target that does not begin with a slash");
  const bool clean = std::none_of(raw.begin(), raw.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f;
  });
  if (!clean) return failure("a control character or a space in the request target");
  return {};
}

Result<std::string> request_target(std::string_view raw, std::string_view decoded, const TargetRule& rule) {
  if (auto checked = check_raw_target(raw); !checked) return tl::unexpected(checked.error());
  if (!rule.strip_prefix && rule.server_prefix.empty()) return std::string(raw);

  const auto query_at = std::min(raw.find('?'), raw.size());
  std::string_view path = raw.substr(0, query_at);
  const std::string_view query = raw.substr(query_at);
  // Once the path's beginning changes, "..", which the client's own path may hold, would mean something else, and a
  // prefix that is spelled in another way could not be cut off: then the normalised path goes, spelled anew.
  std::string respelled;
  const bool other_spelling = rule.strip_prefix && !path.starts_with(rule.route_prefix.substr(0, path.size()));
  if (has_dot_segments(path) || other_spelling) {
    respelled = encode_path(decoded);
    path = respelled;
  }
  if (rule.strip_prefix) path = without_prefix(path, rule.route_prefix);
  std::string target(rule.server_prefix);
  if (target.ends_with('/')) target.pop_back();
  if (!path.starts_with('/')) target += '/';
  target += path;
  target += query;
  return target;
}

}  // namespace outrider::http::upstream
