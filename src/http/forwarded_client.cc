// SPDX-License-Identifier: MIT
#include "http/forwarded_client.h"

#include <algorithm>

#include "http/forwarded_hops.h"

namespace outrider::http {
namespace {

constexpr std::size_t max_request_id = 128;

/// A unix listener's peer has no address; a TCP client that reset early has none either, and is nobody.
bool is_trusted(const config::Behind& behind, Connection& connection) {
  return connection.listen().address.is_unix() ? behind.trusts_unix : trusts(behind, connection.peer());
}

std::string_view field(const h2o_req_t& req, std::string_view name) {
  const ssize_t at = h2o_find_header_by_str(&req.headers, name.data(), name.size(), -1);
  return at == -1 ? std::string_view() : view(req.headers.entries[at].value);
}

std::string_view forwarded_for(const h2o_req_t& req, const config::Behind& behind) {
  std::vector<std::string_view> values;
  for (ssize_t at = -1; (at = h2o_find_header(&req.headers, H2O_TOKEN_X_FORWARDED_FOR, at)) != -1;) {
    values.push_back(view(req.headers.entries[at].value));
  }
  return client_among(values, behind);
}

bool is_sound_id(std::string_view id) {
  return !id.empty() && id.size() <= max_request_id &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

void believe(ExchangeState& exchange, const config::Behind& behind) {
  h2o_req_t& req = *exchange.req;
  exchange.trusted_peer = true;
  if (const auto client = forwarded_for(req, behind); !client.empty()) exchange.client_address = client;
  if (const auto scheme = field(req, "x-forwarded-proto"); scheme == "https" || scheme == "http")
    exchange.scheme = scheme;
  if (const auto id = field(req, "x-request-id"); is_sound_id(id)) exchange.id = id;
}

}  // namespace

void read_forwarded_client(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  exchange.scheme = exchange.connection.socket->ssl != nullptr ? "https" : "http";
  const auto& behind = exchange.connection.listen().behind;
  if (behind && is_trusted(*behind, exchange.connection)) {
    believe(exchange, *behind);
    return;
  }
  for (ssize_t at; (at = h2o_find_header(&req.headers, H2O_TOKEN_X_FORWARDED_FOR, -1)) != -1;) {
    h2o_delete_header(&req.headers, at);
  }
}

}  // namespace outrider::http
