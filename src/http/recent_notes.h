// SPDX-License-Identifier: MIT
// What was decided for a request goes into the worker's push::RecentRequests, where there is one.
#pragma once

#include <span>

#include "http/exchange_state.h"
#include "push/recent.h"

namespace outrider::http {

/// The rules of one phase were asked, those of generation `generation`.
void note_asked(ExchangeState& exchange, std::uint64_t generation, std::span<const push::RuleMark> marks);
/// The request has ended. One that no rule was asked for, and that nobody hinted anything for, is not noted.
void note_ended(const ExchangeState& exchange, std::span<const push::DeliveryRecord> deliveries);

}  // namespace outrider::http
