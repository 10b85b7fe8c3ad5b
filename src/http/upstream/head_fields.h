// SPDX-License-Identifier: MIT
// Header fields as upstreams send them: the part of a response head that HTTP/1.1 and CGI share.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "push/request.h"

namespace outrider::http::upstream {

/// More fields than this in one head are refused.
inline constexpr std::size_t max_fields = 256;

/// Reads fields up to and including the empty line (RFC 9112 5). Gives the number of bytes read, or 0 while the end is
/// not there. `known` bytes were seen before without an end, which spares looking through them again. Folded lines are
/// refused.
Result<std::size_t> parse_fields(std::string_view text, std::size_t known, std::vector<push::Field>& fields);

/// The value of the first field of that name, in any case; nullptr where there is none.
const push::Field* find_field(const std::vector<push::Field>& fields, std::string_view name);

/// The Content-Length of a head (RFC 9110 8.6): nothing where there is none; an Error where it is no number or stands
/// there twice.
Result<std::optional<std::uint64_t>> content_length_of(const std::vector<push::Field>& fields);

/// True if the comma-separated lists of all fields of that name hold `token`, in any case.
bool lists_token(const std::vector<push::Field>& fields, std::string_view name, std::string_view token);

/// Bytes of somebody else's as a person may read them: at most 60 of them, unprintable ones as dots.
std::string printable(std::string_view bytes);

}  // namespace outrider::http::upstream
