// SPDX-License-Identifier: MIT
// PUSH_PROMISE (RFC 9113 8.4) through the library.
#pragma once

#include "http/exchange_state.h"
#include "push/hint.h"
#include "push/reason.h"

namespace outrider::http {

/// While a promise is made the library already runs the promised request through our first handler, which finds here
/// what the promise is to carry.
struct PushContext {
  const ExchangeState& page;
  const push::Hint& hint;
};

/// Promises the hint's URL on the connection of `page`, whose response has not sent its head yet. Returns `sent`, or
/// why the library declined. The connection remembers what it was sent.
push::Reason promise(ExchangeState& page, const push::Hint& hint);

/// Called by the first handler for a request that we promised: repeats the request header fields that the hint names.
void repeat_header_fields(h2o_req_t& promised, const PushContext& context);

/// A pushed response goes behind its page unless its hint says otherwise: the library would put CSS and JavaScript
/// ahead of everything, and the page could starve.
void keep_behind_page(h2o_req_t& promised);

}  // namespace outrider::http
