// SPDX-License-Identifier: MIT
// Relative references (RFC 3986 5) against a page of which only the path is known.
#pragma once

#include <string>
#include <string_view>

namespace outrider::push {

/// "style.css" against "/blog/post" is "/blog/style.css", "../x.js" is "/x.js", "//cdn.example/a" is
/// "https://cdn.example/a"; what has a scheme stays as it is. `base_path` is absolute and without a query. Dot segments
/// of a path are removed (5.2.4); one that climbs above the root stays at the root. Bytes that no URL may hold come out
/// percent-encoded, as browsers do it; `base_path` may be the decoded one.
std::string resolve_reference(std::string_view reference, std::string_view base_path);

}  // namespace outrider::push
