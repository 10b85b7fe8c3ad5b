// SPDX-License-Identifier: MIT
// Absolute URLs cut at their origin (RFC 6454): scheme, host and port.
#pragma once

#include <optional>
#include <string_view>

namespace outrider::push {

struct Origin {
  std::string_view scheme;     // "https"
  std::string_view authority;  // host, perhaps with a port
};

struct SplitUrl {
  Origin origin;
  std::string_view rest;  // path, query and fragment; may be empty
};

/// Nothing where the URL has no "scheme://" or no host.
std::optional<SplitUrl> split_origin(std::string_view url);

/// Case does not matter, and a scheme's default port counts as none.
bool same_origin(const Origin& a, const Origin& b);

}  // namespace outrider::push
