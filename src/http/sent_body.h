// SPDX-License-Identifier: MIT
// Whether a response's body went out whole: a size is learned from no other. Where the head does not tell the length
// (chunked, compressed), the bytes are counted on their last way to the connection. On the worker's thread.
#pragma once

#include "http/exchange_state.h"

namespace outrider::http {

/// Counts the body of a response whose length is not known and whose size can be learned. After all other streams of
/// the response are set up at `slot`.
void count_body(ExchangeState& exchange, h2o_ostream_t** slot);

/// Asked at the end of the exchange. False where the client went away before all of it was given to its connection, and
/// where the upstream broke off.
bool was_sent_whole(const ExchangeState& exchange);

}  // namespace outrider::http
