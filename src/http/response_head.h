// SPDX-License-Identifier: MIT
// The last look at the head of every response that our first handler began.
#pragma once

#include "http/exchange_state.h"

namespace outrider::http {

/// Makes the library call us when the response of this request starts, before its own filters; Exchange::of finds the
/// exchange through it.
void watch_response_head(ExchangeState& exchange);

}  // namespace outrider::http
