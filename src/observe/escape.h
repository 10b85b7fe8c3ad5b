// SPDX-License-Identifier: MIT
// What clients send, made harmless for logs: one request is one line, whatever is in it. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace outrider::observe {

/// Appends `text` as Apache's combined format does: control bytes, bytes above 0x7e, quotes and backslashes become
/// \xHH,
/// \" and \\. An empty text becomes "-".
void append_escaped(std::string& out, std::string_view text);
std::string escaped(std::string_view text);

/// Appends `text` as a JSON string with its quotes (RFC 8259 7). Bytes that are no valid UTF-8 become U+FFFD, one for
/// each byte; control characters, and U+2028 and U+2029 which some readers take for line ends, are escaped.
void append_json(std::string& out, std::string_view text);

}  // namespace outrider::observe
