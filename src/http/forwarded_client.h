// SPDX-License-Identifier: MIT
// Who the client is: the connection's other end, or, where that is a trusted proxy, whom it forwards for.
#pragma once

#include "http/exchange_state.h"

namespace outrider::http {

/// Sets trusted_peer, client_address, scheme and id. From peers that are not trusted X-Forwarded-For is taken out of
/// the request: it would be a stranger's word, and the library makes no push for requests that carry it.
void read_forwarded_client(ExchangeState& exchange);

}  // namespace outrider::http
