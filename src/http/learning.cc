// SPDX-License-Identifier: MIT
#include "http/learning.h"

#include <algorithm>
#include <array>

#include "base/address.h"
#include "base/text.h"
#include "http/rule_request.h"
#include "push/caching.h"
#include "push/origin.h"

namespace outrider::http {
namespace {

/// The port on which this connection was accepted.
std::string own_port(const ExchangeState& exchange) {
  sockaddr_storage storage{};
  h2o_conn_t* conn = exchange.req->conn;
  const socklen_t length = conn->callbacks->get_sockname(conn, reinterpret_cast<sockaddr*>(&storage));
  if (length == 0) return {};
  return std::to_string(Address::from(reinterpret_cast<const sockaddr*>(&storage), length).port());
}

/// The pattern under which the site's configuration takes pages for one, else the path.
std::string_view page_of(const ExchangeState& exchange) {
  for (const push::Pattern& pattern : exchange.site->learn.pages) {
    if (pattern.matches(exchange.path, nullptr)) return pattern.text();
  }
  return exchange.path;
}

/// Anybody can ask for a page with any query, and nobody else would ever ask for it again.
bool is_page_request(const ExchangeState& exchange) {
  return exchange.site != nullptr && !exchange.pushed && view(exchange.req->method) == "GET" &&
         exchange.req->query_at == SIZE_MAX;
}

/// A field by which a client could choose what the application says, if it listens: all of the X-Forwarded family, also
/// as CGI would spell it.
bool is_claim(std::string_view name) {
  std::string plain(name);
  std::replace(plain.begin(), plain.end(), '_', '-');
  return plain.starts_with("x-forwarded-") || plain == "forwarded" || plain == "x-original-url" ||
         plain == "x-rewrite-url";
}

/// What a trusted peer says of the client is so, and is the same for all: not that the client has another host in mind.
bool is_harmless_claim(const ExchangeState& exchange, std::string_view name, std::string_view value) {
  if (!exchange.trusted_peer) return false;
  if (name == "x-forwarded-host") return equals_ignoring_case(value, exchange.authority);
  return name == "x-forwarded-for" || name == "x-forwarded-proto" || name == "x-forwarded-port";
}

bool makes_claims(const ExchangeState& exchange) {
  const h2o_headers_t& headers = exchange.req->headers;
  return std::any_of(headers.entries, headers.entries + headers.size, [&](const h2o_header_t& field) {
    return is_claim(view(*field.name)) && !is_harmless_claim(exchange, view(*field.name), view(field.value));
  });
}

/// The host as most clients write it: a port that one made up would be in the application's links for all.
bool names_usual_port(const ExchangeState& exchange) {
  const auto colon = exchange.authority.rfind(':');
  if (colon == std::string_view::npos || exchange.authority.back() == ']') return true;
  const std::string_view port = exchange.authority.substr(colon + 1);
  return port == "443" || port == "80" || port == own_port(exchange);
}

/// Anybody could have asked like this, and been told the same.
bool asks_for_everybody(const ExchangeState& exchange) {
  return !has_credentials(exchange) && !makes_claims(exchange) && names_usual_port(exchange);
}

bool says_the_same_to_all(const ExchangeState& exchange, push::Fields fields) {
  const h2o_req_t& req = *exchange.req;
  if (req.res.status != 200 || has_field(req.res.headers, H2O_TOKEN_SET_COOKIE)) return false;
  constexpr std::array<std::string_view, 1> harmless{"accept-encoding"};
  if (push::varies_beyond(fields, harmless)) return false;
  const push::CacheControl control = push::cache_control(fields);
  return !control.no_store && !control.is_private;
}

/// What may be hinted to others in the application's name: what is on this origin, as a path, and connections to
/// others.
std::vector<push::Hint> learnable(const ExchangeState& exchange, const push::PushList& hints) {
  std::vector<push::Hint> result;
  for (const push::Entry& entry : hints.entries()) {
    push::Hint hint = entry.hint;
    const std::string_view own = push::same_origin_path(entry.hint.url, exchange.scheme, exchange.authority);
    if (hint.kind == push::Kind::preconnect) {
      if (own.empty()) result.push_back(std::move(hint));
    } else if (!own.empty()) {
      hint.url = own;
      result.push_back(std::move(hint));
    }
  }
  return result;
}

}  // namespace

const push::PageFacts* known_page(const ExchangeState& exchange) {
  push::PageBook& book = exchange.frontend->knowledge.pages;
  if (book.size() == 0 || !is_page_request(exchange)) return nullptr;
  return book.find(exchange.host, page_of(exchange));
}

void learn_page(ExchangeState& exchange, const push::PushList& hints) {
  if (!is_page_request(exchange)) return;
  const h2o_req_t& req = *exchange.req;
  const int status = req.res.status;
  push::PageBook& book = exchange.frontend->knowledge.pages;
  const std::string_view page_name = page_of(exchange);
  if (status == 404 || status == 410) {
    push::PageFacts* known = asks_for_everybody(exchange) ? book.find(exchange.host, page_name) : nullptr;
    if (known != nullptr) known->hinted({}, exchange.client_address);
  } else if (status >= 300 && status < 400 && status != 304) {
    // Who is logged in may be sent elsewhere, and others not.
    if (asks_for_everybody(exchange)) book.at(exchange.host, page_name).redirected();
  } else if (status == 200) {
    // A 304 takes less than the page that it stands for, and says nothing of it.
    push::PageFacts& page = book.at(exchange.host, page_name);
    const auto passed = std::chrono::steady_clock::now() - exchange.begun;
    page.answered(std::chrono::duration_cast<std::chrono::microseconds>(passed));
    if (!exchange.site->learn.on || !asks_for_everybody(exchange)) return;
    // A page that is no longer for everybody has no links for everybody either.
    const bool for_all = says_the_same_to_all(exchange, fields_of(req.res.headers, &exchange.req->pool));
    page.hinted(for_all ? learnable(exchange, hints) : std::vector<push::Hint>(), exchange.client_address);
  }
}

void learn_page_size(const ExchangeState& exchange) {
  push::PageBook& book = exchange.frontend->knowledge.pages;
  if (book.size() == 0 || exchange.req->res.status != 200 || !is_page_request(exchange)) return;
  if (push::PageFacts* page = book.find(exchange.host, page_of(exchange))) page->sized(exchange.req->bytes_sent);
}

}  // namespace outrider::http
