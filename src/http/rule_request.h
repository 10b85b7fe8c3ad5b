// SPDX-License-Identifier: MIT
// The library's request as the domain sees it.
#pragma once

#include "http/exchange_state.h"
#include "push/plan.h"
#include "push/request.h"

namespace outrider::http {

class KnownAssets;

/// Fills `request` with views into the exchange and the library's request: valid as long as both.
void describe_request(ExchangeState& exchange, push::Request& request, const KnownAssets& assets);
/// What the connection and the request's progress say; the caller adds what it alone knows.
push::Situation situation_of(const ExchangeState& exchange);
/// The part of it that an HTTP/2 connection says by itself.
void add_connection(const h2o_http2_conn_t& conn, const config::Config& config, push::Situation& situation);
/// Views of the header fields, in the pool.
push::Fields fields_of(const h2o_headers_t& headers, h2o_mem_pool_t* pool);
/// "HTTP/2", "HTTP/1.1" or "HTTP/1.0".
std::string_view protocol_of(const h2o_req_t& req);

}  // namespace outrider::http
