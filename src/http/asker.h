// SPDX-License-Identifier: MIT
// What a request says of who asks, as far as its answer may then be for that one alone. Whose fields choose what is
// asked for teaches nothing at all, and who has credentials only what others confirm, or what does no harm. Other
// fields, such as User-Agent, are everybody's: an application that refuses some of them is believed until it answers
// well. Pure functions of the request's head.
#pragma once

#include "http/exchange_state.h"

namespace outrider::http {

/// The request came with what only this visitor has: cookies or authorization.
bool has_credentials(const ExchangeState& exchange);

/// The answer may be to what only this request says: it is a promise that repeats a client's own fields, it has fields
/// by which a client chooses what an application takes for the host, the scheme, the target, the method or the client's
/// address. Of what a trusted peer says so, only what it may know, and what agrees with the request, is none of these.
bool asks_like_nobody_else(const ExchangeState& exchange);

/// Anybody could have asked like this, and been told the same: neither of the two.
bool asks_for_everybody(const ExchangeState& exchange);

}  // namespace outrider::http
