// SPDX-License-Identifier: MIT
// The head of the final response: the last decisions, and the fields that tell of them: Link, Vary, Set-Cookie,
// Server-Timing.
#pragma once

namespace outrider::http {

struct ExchangeState;

/// Looks at the head of the final response (req->res): evaluates the response phase, pushes, learns what the response
/// teaches, adds our fields.
void deliver_response_phase(ExchangeState& exchange);

}  // namespace outrider::http
