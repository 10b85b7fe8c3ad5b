// SPDX-License-Identifier: MIT
// "{name}" in a declared hint's URL, replaced by what the rule's pattern captured.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "push/request.h"

namespace outrider::push {

/// The URL with every "{name}" replaced by the capture of that name, percent-encoded (RFC 3986 2.1): in the path what a
/// path may hold stays as it is, in the host and in the query only unreserved characters do, so that a visitor's path
/// can add neither a host nor a parameter. Braces around what is no name stay. Error: no such capture.
Result<std::string> substitute_captures(std::string_view url, const std::vector<Capture>& captures);

/// The names that the URL wants, in their order, repeats included.
std::vector<std::string_view> wanted_captures(std::string_view url);

}  // namespace outrider::push
