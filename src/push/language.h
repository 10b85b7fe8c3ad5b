// SPDX-License-Identifier: MIT
// Accept-Language (RFC 9110 12.5.4) against a list of languages that are on offer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace outrider::push {

/// True if one of `offered` is what the client prefers to everything else: the lookup succeeds with a range of the
/// highest weight. A client that would put up with German but wants English does not prefer "de".
bool prefers_language(std::string_view accept_language, const std::vector<std::string>& offered);

}  // namespace outrider::push
