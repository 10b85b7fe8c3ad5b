// SPDX-License-Identifier: MIT
// What of a request is refused or sent elsewhere before any rule is asked, by its texts and the configuration alone:
// for requests that come, and for those that nobody sent. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "config/config.h"

namespace outrider::http {

/// The status that refuses the method, or 0. CONNECT wants a tunnel and TRACE an echo of secrets: neither is for a
/// server like this (RFC 9110 9.1).
int status_of_method(std::string_view method);

/// The target begins with a slash and has no byte that would end or split it further on (RFC 9112 3.2.1).
bool target_is_sound(std::string_view target);

/// The listener sends the client to https. `path` is decoded and normalised.
bool must_use_https(const config::Listen& listen, std::string_view path);

/// The status with which a route refuses a request, or 0; `route` may be null. `path` is decoded and normalised,
/// `target` as the client wrote it.
int refusal_of(const config::Route* route, std::string_view path, std::string_view target, std::uint64_t body_bytes);

}  // namespace outrider::http
