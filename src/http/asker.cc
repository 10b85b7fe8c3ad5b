// SPDX-License-Identifier: MIT
#include "http/asker.h"

#include <algorithm>
#include <iterator>

#include "base/address.h"
#include "base/text.h"

namespace outrider::http {
namespace {

/// Whom a field of the request may be believed to say the truth about.
enum class Claim {
  client,   // its address, its port, the scheme it uses: a trusted peer knows
  host,     // a trusted peer knows, and says the same as the request
  request,  // what is asked for, and how: nobody's business but the request's own
};

struct ClaimField {
  std::string_view name;  // one that ends in a dash stands for a family
  Claim claim;
};

/// Fields that frameworks listen to, of some only where their operator says so. The first that fits counts.
constexpr ClaimField claim_fields[] = {
    {"x-forwarded-for", Claim::client},
    {"x-forwarded-proto", Claim::client},
    {"x-forwarded-port", Claim::client},
    {"x-forwarded-host", Claim::host},
    {"x-forwarded-", Claim::request},  // -prefix, -server, -scheme, -ssl, …
    {"forwarded", Claim::request},
    {"x-real-ip", Claim::client},
    {"x-client-ip", Claim::client},
    {"x-cluster-client-ip", Claim::client},
    {"true-client-ip", Claim::client},
    {"cf-connecting-ip", Claim::client},
    {"fastly-client-ip", Claim::client},
    {"front-end-https", Claim::request},
    {"x-scheme", Claim::request},
    {"x-url-scheme", Claim::request},
    {"x-host", Claim::host},
    {"x-original-host", Claim::host},
    {"x-original-", Claim::request},  // -url, -uri, -for, -proto, …
    {"x-rewrite-", Claim::request},   // -url, -uri
    {"x-http-host-override", Claim::host},
    {"x-http-", Claim::request},  // -method, -method-override, -path-override, …
    {"x-method-override", Claim::request},
};

/// An application that gets its fields by CGI's names cannot tell an underscore from a dash (RFC 3875 4.1.18).
bool same_byte(char of_field, char of_table) {
  return of_field == of_table || (of_field == '_' && of_table == '-');
}

bool fits(const ClaimField& field, std::string_view name) {
  const std::size_t size = field.name.size();
  const bool is_family = field.name.back() == '-';
  if (is_family ? name.size() < size : name.size() != size) return false;
  return std::equal(field.name.begin(), field.name.end(), name.begin(),
                    [](char of_table, char of_field) { return same_byte(of_field, of_table); });
}

/// The field says something of the request that another visitor's would not.
bool is_claim(const ExchangeState& exchange, std::string_view name, std::string_view value) {
  const auto* found = std::find_if(std::begin(claim_fields), std::end(claim_fields),
                                   [&](const ClaimField& each) { return fits(each, name); });
  if (found == std::end(claim_fields)) return false;
  if (!exchange.trusted_peer || found->claim == Claim::request) return true;
  return found->claim == Claim::host && !equals_ignoring_case(value, exchange.authority);
}

bool makes_claims(const ExchangeState& exchange) {
  const h2o_headers_t& headers = exchange.req->headers;
  return std::any_of(headers.entries, headers.entries + headers.size, [&](const h2o_header_t& field) {
    return is_claim(exchange, view(*field.name), view(field.value));
  });
}

/// The port on which this connection was accepted.
std::string own_port(const ExchangeState& exchange) {
  sockaddr_storage storage{};
  h2o_conn_t* conn = exchange.req->conn;
  const socklen_t length = conn->callbacks->get_sockname(conn, reinterpret_cast<sockaddr*>(&storage));
  if (length == 0) return {};
  return std::to_string(Address::from(reinterpret_cast<const sockaddr*>(&storage), length).port());
}

/// The host as most clients write it: a port that one made up would be in the application's links for all.
bool names_usual_port(const ExchangeState& exchange) {
  const auto colon = exchange.authority.rfind(':');
  if (colon == std::string_view::npos || exchange.authority.back() == ']') return true;
  const std::string_view port = exchange.authority.substr(colon + 1);
  return port == "443" || port == "80" || port == own_port(exchange);
}

}  // namespace

bool has_credentials(const ExchangeState& exchange) {
  const h2o_headers_t& headers = exchange.req->headers;
  return exchange.repeats_fields || has_field(headers, H2O_TOKEN_COOKIE) || has_field(headers, H2O_TOKEN_AUTHORIZATION);
}

bool asks_for_everybody(const ExchangeState& exchange) {
  return !has_credentials(exchange) && !makes_claims(exchange) && names_usual_port(exchange);
}

}  // namespace outrider::http
