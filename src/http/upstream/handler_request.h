// SPDX-License-Identifier: MIT
// A request of the library's as plain views, for the parts of the upstream that know nothing of it.
#pragma once

#include <optional>
#include <vector>

#include "http/exchange.h"
#include "http/upstream/forwarded.h"

namespace outrider::http::upstream {

inline std::vector<push::Field> request_fields(const h2o_req_t& req) {
  std::vector<push::Field> fields;
  fields.reserve(req.headers.size);
  for (std::size_t i = 0; i != req.headers.size; ++i) {
    fields.push_back({view(*req.headers.entries[i].name), view(req.headers.entries[i].value)});
  }
  return fields;
}

inline RequestFacts request_facts(const Exchange& exchange) {
  return {exchange.id,     exchange.client_address, exchange.peer_address,
          exchange.scheme, exchange.authority,      exchange.trusted_peer};
}

/// The size of the request's body; nothing where it has none.
inline std::optional<std::size_t> body_size(const h2o_req_t& req) {
  return req.entity.base == nullptr ? std::nullopt : std::optional(req.entity.len);
}

}  // namespace outrider::http::upstream
