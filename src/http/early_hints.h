// SPDX-License-Identifier: MIT
// 103 Early Hints (RFC 8297), which the library does not know.
#pragma once

#include <string>
#include <vector>

#include "http/exchange_state.h"

namespace outrider::http {

/// Sends one 103 with a Link field for each value, ahead of the final response. False where the stream or the
/// connection no longer takes it; the final response is not affected.
bool send_early_hints(ExchangeState& exchange, const std::vector<std::string>& links);

}  // namespace outrider::http
