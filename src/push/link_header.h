// SPDX-License-Identifier: MIT
// Link header fields (RFC 8288 3) as applications send them, read into hints: several values, quoted strings, `nopush`,
// `x-http2-push-only`; anything that is no preload, modulepreload or preconnect is left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "push/hint.h"
#include "push/resolve.h"

namespace outrider::push {

/// Relative references are resolved against `base`. Malformed values are skipped.
std::vector<Hint> parse_link_field(std::string_view value, const BaseUrl& base);

/// The field's value without the links that are to be pushed and not shown (`x-http2-push-only`); the others byte for
/// byte, in their order. Empty where none is left. What is malformed stays.
std::string without_push_only(std::string_view value);

}  // namespace outrider::push
