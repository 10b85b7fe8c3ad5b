// SPDX-License-Identifier: MIT
// What the kernel knows of the way to a client (tcp(7), TCP_INFO), where the connection's other end is the client: not
// behind a balancer, a PROXY line or a unix socket, where it would be somebody else's way.
#pragma once

#include <optional>

#include "http/guard/connection.h"
#include "push/ack_rate.h"
#include "push/budget.h"

namespace outrider::http {

std::optional<push::Link> link_to(const Connection& connection);

/// The same with what is on its way just now, and what the acknowledgements show, of which `acks` gets another sample.
/// `held_here` are the bytes that were written to the library and not yet to the kernel.
std::optional<push::Transit> transit_on(const Connection& connection, std::uint64_t held_here, push::AckRate& acks);

}  // namespace outrider::http
