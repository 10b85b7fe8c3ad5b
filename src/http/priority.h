// SPDX-License-Identifier: MIT
// RFC 9218 on a library that schedules by RFC 7540: an urgency becomes a weight under the root of the scheduler's tree.
// A client that gave a stream a priority by RFC 7540 keeps that one. On the worker's thread, outside of the scheduler's
// own callbacks, where nothing may be moved.
#pragma once

#include "http/exchange_state.h"
#include "push/priority.h"

namespace outrider::http {

/// Gives an open stream the weight of `priority`'s urgency, or of the default one where it names none, unless its
/// client gave it a priority by RFC 7540 or all of it has been sent. A push goes beside the pages, as its client wants.
void prioritise(h2o_http2_conn_t& conn, h2o_http2_stream_t& stream, const push::Priority& priority);

/// Heeds what the client said of a request that begins: its last PRIORITY_UPDATE (RFC 9218 7), else its Priority field.
void prioritise_request(ExchangeState& exchange);

/// Heeds an urgency in the Priority field of the response's head, the application's or the operator's word (RFC 9218
/// 8), for what the client asked for; a push has its rule's place.
void prioritise_response(ExchangeState& exchange);

}  // namespace outrider::http
