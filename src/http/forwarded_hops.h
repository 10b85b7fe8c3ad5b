// SPDX-License-Identifier: MIT
// Who asks, where a request came by way of proxies: what X-Forwarded-For says, as far as it can be believed. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "config/config.h"

namespace outrider::http {

/// The address is one of the trusted proxies'.
bool trusts(const config::Behind& behind, const Address& address);

/// `values` are the X-Forwarded-For fields in their order. The rightmost address that is not a trusted proxy's own:
/// what stands left of it the client may have made up. Empty where there is none.
std::string_view client_among(const std::vector<std::string_view>& values, const config::Behind& behind);

}  // namespace outrider::http
