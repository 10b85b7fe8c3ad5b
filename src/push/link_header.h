// SPDX-License-Identifier: MIT
// Link header fields (RFC 8288 3) as applications send them, read into hints: several values, quoted strings, `nopush`,
// `x-http2-push-only`; anything that is no preload, modulepreload or preconnect is left out.
#pragma once

#include <string_view>
#include <vector>

#include "push/hint.h"

namespace outrider::push {

/// Relative references are resolved against `base_path` (an absolute path without query). Malformed values are skipped.
std::vector<Hint> parse_link_field(std::string_view value, std::string_view base_path);

}  // namespace outrider::push
