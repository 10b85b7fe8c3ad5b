// SPDX-License-Identifier: MIT
// PUSH_PROMISE (RFC 9113 8.4) through the library.
#pragma once

#include "http/exchange_state.h"
#include "http/push_pacing.h"
#include "push/push_list.h"
#include "push/reason.h"

namespace outrider::http {

/// While a promise is made the library already runs the promised request through our first handler, which finds here
/// what the promise is to carry.
struct PushContext {
  const ExchangeState& page;
  const push::Hint& hint;
  std::uint64_t bytes;                 // as they are counted against the budget
  std::shared_ptr<PushPacing> pacing;  // null: as fast as they go
};

/// Promises the entry's URL on the connection of `page`, whose response has not sent its head yet: whether that is
/// `here`, decides on how its bytes are paced. Returns `sent`, or why the library declined. The connection remembers
/// what it was sent.
push::Reason promise(ExchangeState& page, const push::Entry& entry, std::uint64_t bytes, bool head_is_here);
/// Called by the first handler for a request that we promised: it takes what the promise has for it.
void take_promise(ExchangeState& pushed, const PushContext& context);
/// Called when the head of a pushed response is there: holds its bytes as the page's pacing says.
void pace(ExchangeState& pushed, h2o_ostream_t** slot);

/// A pushed response goes behind its page unless its hint says otherwise: the library would put CSS and JavaScript
/// ahead of everything, and the page could starve.
void keep_behind_page(h2o_req_t& promised);

}  // namespace outrider::http
