// SPDX-License-Identifier: MIT
// What a request says of who asks, as far as its answer may then be for that one alone: nothing is learned for others
// from what somebody's own fields may have brought about. Pure functions of the request's head.
#pragma once

#include "http/exchange_state.h"

namespace outrider::http {

/// The request came with what only this visitor has: cookies, authorization, or fields that a promise repeats for them.
bool has_credentials(const ExchangeState& exchange);

/// Anybody could have asked like this, and been told the same: without credentials, without fields by which a client
/// chooses what an application takes for the host, the target, the method or the client's address, and with a usual
/// port.
bool asks_for_everybody(const ExchangeState& exchange);

}  // namespace outrider::http
