// SPDX-License-Identifier: MIT
// 103 Early Hints (RFC 8297), which the library does not know.
#pragma once

#include <string>
#include <vector>

#include "http/exchange_state.h"

namespace outrider::http {

/// Sends one 103 with a Link field for each value, ahead of the final response. Only before the head of
/// that response is there. False where the connection closes and takes nothing more.
bool send_early_hints(ExchangeState& exchange, const std::vector<std::string>& links);

}  // namespace outrider::http
