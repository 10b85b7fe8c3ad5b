// SPDX-License-Identifier: MIT
// Relative references (RFC 3986 5) against a page. What stays on its host comes out as a path.
#pragma once

#include <string>
#include <string_view>

namespace outrider::push {

struct BaseUrl {
  std::string_view scheme;
  std::string_view path;  // absolute, without the query, as the client wrote it: "%2F" is no slash
};

/// "style.css" against "/blog/post" is "/blog/style.css", "../x.js" is "/x.js", "//cdn.example/a" takes the base's
/// scheme; what has one of its own stays as it is. Dot segments of a path are removed (5.2.4); one that climbs above
/// the root stays at the root. Bytes that no URL may hold come out percent-encoded, and backslashes as slashes, as
/// browsers do it (url_bytes.h); what the base encodes without need is decoded (6.2.2.2), so that each page has one
/// name.
std::string resolve_reference(std::string_view written, const BaseUrl& base);

/// A URL that is no reference any more, such as a rule's function makes of what the visitor sent, with the bytes that
/// browsers write otherwise as they ask for it.
std::string as_browsers_ask(std::string_view url);

}  // namespace outrider::push
