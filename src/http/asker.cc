// SPDX-License-Identifier: MIT
#include "http/asker.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace outrider::http {
namespace {

/// Whom a field of the request may be believed to say the truth about.
enum class Claim {
  client,   // its address, its port, the scheme it uses, the peer's own name: a trusted peer knows
  host,     // a trusted peer knows, and says the same as the request
  scheme,   // the same, in the words of those who do not say x-forwarded-proto
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
    {"x-forwarded-server", Claim::client},  // Apache httpd's, with every request
    {"x-forwarded-host", Claim::host},
    {"x-forwarded-scheme", Claim::scheme},
    {"x-forwarded-ssl", Claim::scheme},
    {"x-forwarded-", Claim::request},  // -prefix, -path, -uri, …
    {"forwarded", Claim::request},
    {"x-real-ip", Claim::client},
    {"x-client-ip", Claim::client},
    {"client-ip", Claim::client},
    {"x-cluster-client-ip", Claim::client},
    {"true-client-ip", Claim::client},
    {"cf-connecting-ip", Claim::client},
    {"fastly-client-ip", Claim::client},
    {"front-end-https", Claim::scheme},
    {"x-scheme", Claim::scheme},
    {"x-url-scheme", Claim::scheme},
    {"x-host", Claim::host},
    {"x-original-host", Claim::host},
    {"x-original-", Claim::request},  // -url, -uri, -for, -proto, …
    {"x-envoy-original-path", Claim::request},
    {"x-rewrite-", Claim::request},  // -url, -uri
    {"x-script-name", Claim::request},
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

/// As its own name, or as whether it is secure (`X-Forwarded-Ssl: on`).
bool means_scheme(std::string_view value, std::string_view scheme) {
  return equals_ignoring_case(value, scheme) || equals_ignoring_case(value, scheme == "https" ? "on" : "off");
}

/// The field says something of the request that another visitor's would not.
bool is_claim(const ExchangeState& exchange, std::string_view name, std::string_view value) {
  const auto* found = std::find_if(std::begin(claim_fields), std::end(claim_fields),
                                   [&](const ClaimField& each) { return fits(each, name); });
  if (found == std::end(claim_fields)) return false;
  if (!exchange.trusted_peer) return true;
  switch (found->claim) {
    case Claim::client:
      return false;
    case Claim::host:
      return !equals_ignoring_case(value, exchange.authority);
    case Claim::scheme:
      return !means_scheme(value, exchange.scheme);
    case Claim::request:
      break;
  }
  return true;
}

bool makes_claims(const ExchangeState& exchange) {
  const h2o_headers_t& headers = exchange.req->headers;
  return std::any_of(headers.entries, headers.entries + headers.size, [&](const h2o_header_t& field) {
    return is_claim(exchange, view(*field.name), view(field.value));
  });
}

}  // namespace

bool has_credentials(const ExchangeState& exchange) {
  const h2o_headers_t& headers = exchange.req->headers;
  return has_field(headers, H2O_TOKEN_COOKIE) || has_field(headers, H2O_TOKEN_AUTHORIZATION);
}

bool asks_like_nobody_else(const ExchangeState& exchange) {
  return exchange.repeats_fields || makes_claims(exchange);
}

bool asks_for_everybody(const ExchangeState& exchange) {
  return !has_credentials(exchange) && !asks_like_nobody_else(exchange);
}

}  // namespace outrider::http
