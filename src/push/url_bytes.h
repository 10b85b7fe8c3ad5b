// SPDX-License-Identifier: MIT
// Which bytes stand in a URL as they are, by the sets of the URL standard (https://url.spec.whatwg.org/,
// "percent-encoded bytes"): a hint must name an asset as browsers ask for it, or they fetch it twice. No state; any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace outrider::push {

enum class UrlPart { path, query, fragment };

/// Whether browsers leave the byte as it is in that part of an http URL. A '%' stays: what is encoded already is not
/// encoded twice. A backslash does not in a path, where browsers take it for a slash.
bool stays_in_url(char c, UrlPart part);
/// The part that `c` belongs to, behind a byte of `part`; scheme and host count as path.
UrlPart url_part_of(char c, UrlPart part);

/// "%2F" for '/'.
void append_percent_encoded(std::string& out, char c);
/// The URL, or a part of one with its "?" or "#" in front, with every byte percent-encoded that does not stay.
std::string with_encoded_bytes(std::string_view url);

}  // namespace outrider::push
