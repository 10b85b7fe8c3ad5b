// SPDX-License-Identifier: MIT
#include "http/client_cookies.h"

#include <algorithm>

#include "http/http2.h"
#include "http/known_assets.h"

namespace outrider::http {
namespace {

const push::ClientCookie* cookie_of(const ExchangeState& exchange) {
  if (exchange.site == nullptr) return nullptr;
  const auto& cookies = exchange.frontend->client_cookies;
  const std::size_t index = exchange.frontend->index_of(*exchange.site);
  return index < cookies.size() && cookies[index] ? &*cookies[index] : nullptr;
}

/// Only clients that can be pushed something have use for it, and only over TLS is it theirs alone.
bool may_carry(const ExchangeState& exchange, bool storable) {
  const h2o_req_t& req = *exchange.req;
  if (storable || exchange.scheme != "https" || exchange.connection.listen().behind) return false;
  return view(req.method) == "GET" && req.res.status == 200 && accepts_push(req);
}

/// What a client keeps, if only to ask whether it has changed: then an answer without a body is all it needs.
bool is_kept(const push::AssetFacts& facts) {
  return !facts.version.empty() && facts.is_there() && !facts.no_store;
}

/// The client has it, or was told to fetch it because there was no room to push it.
bool goes_to_client(const push::Delivered& delivered) {
  if (delivered.how == push::How::none) return false;
  switch (delivered.reason) {
    case push::Reason::sent:
      return delivered.how == push::How::push;
    case push::Reason::already_sent:
    case push::Reason::in_cookie:
    case push::Reason::over_budget:
    case push::Reason::client_stream_limit:
    case push::Reason::push_limit:
      return true;
    default:
      return false;
  }
}

/// The paths and versions of the page's assets that the client now has, or will have.
std::vector<std::pair<std::string, std::string>> held_assets(ExchangeState& exchange) {
  std::vector<std::pair<std::string, std::string>> held;
  const KnownAssets assets(exchange);
  const Delivery& delivery = *exchange.delivery;
  for (std::size_t i = 0; i != delivery.list.entries().size(); ++i) {
    const push::Hint& hint = delivery.list.entries()[i].hint;
    if (!goes_to_client(delivery.delivered[i])) continue;
    // What was promised with a visitor's own fields may be theirs alone.
    if (!hint.with.empty()) continue;
    const std::string_view path = push::same_origin_path(hint.url, exchange.scheme, exchange.authority);
    if (path.empty() || is_kept_out_of_cookie(exchange, path)) continue;
    const push::AssetFacts facts = assets.facts(path);
    if (is_kept(facts)) held.emplace_back(path, facts.version);
  }
  return held;
}

}  // namespace

void take_client_cookie(ExchangeState& exchange) {
  const push::ClientCookie* cookie = cookie_of(exchange);
  if (cookie == nullptr) return;
  h2o_req_t& req = *exchange.req;
  for (ssize_t at = -1; (at = h2o_find_header(&req.headers, H2O_TOKEN_COOKIE, at)) != -1;) {
    h2o_iovec_t& value = req.headers.entries[at].value;
    if (!push::collect_cookies(view(value), cookie->name(), exchange.client_cookies)) continue;
    const std::string rest = push::without_cookie(view(value), cookie->name());
    if (rest.empty()) {
      at = h2o_delete_header(&req.headers, at) - 1;
    } else {
      value = iovec(keep(&req.pool, rest));
    }
  }
}

const push::CookieReading& client_cookie_of(ExchangeState& exchange) {
  if (!exchange.cookie_reading) {
    exchange.cookie_reading.emplace();
    const push::ClientCookie* cookie = cookie_of(exchange);
    if (cookie != nullptr && !exchange.client_cookies.empty()) {
      exchange.cookie_reading = cookie->read(exchange.client_cookies, std::chrono::system_clock::now());
      auto& counters = *exchange.frontend->options.counters;
      count(counters.client_cookies_good, static_cast<std::int64_t>(exchange.cookie_reading->good));
      count(counters.client_cookies_rejected, static_cast<std::int64_t>(exchange.cookie_reading->rejected));
    }
  }
  return *exchange.cookie_reading;
}

bool is_kept_out_of_cookie(const ExchangeState& exchange, std::string_view path) {
  const auto& settings = exchange.site->client_cookie;
  if (!settings || settings->except.empty()) return false;
  return is_kept_out_of_cookie(*exchange.site, plain_path(exchange, path));
}

bool is_kept_out_of_cookie(const config::Site& site, std::string_view plain) {
  const auto& settings = site.client_cookie;
  if (!settings) return false;
  return std::any_of(settings->except.begin(), settings->except.end(),
                     [&](const push::Pattern& pattern) { return pattern.matches(plain, nullptr); });
}

void set_client_cookie(ExchangeState& exchange, bool storable) {
  const push::ClientCookie* cookie = cookie_of(exchange);
  if (cookie == nullptr || !may_carry(exchange, storable)) return;
  const auto held = held_assets(exchange);
  push::AssetSet set = client_cookie_of(exchange).set;
  bool grown = client_cookie_of(exchange).aging, has_room = true;  // or it would be forgotten one day
  for (const auto& [path, version] : held) {
    if (set.contains(path, version)) continue;
    has_room = has_room && set.insert(path, version);
    grown = true;
  }
  if (!grown) return;
  if (!has_room) {
    // Nothing can be taken out of a set: what this page has begins a new one, and what is long gone is forgotten.
    set = push::AssetSet();
    for (const auto& [path, version] : held) set.insert(path, version);
  }
  h2o_req_t& req = *exchange.req;
  const std::string_view value = keep(&req.pool, cookie->set_cookie(set, std::chrono::system_clock::now()));
  h2o_add_header(&req.pool, &req.res.headers, H2O_TOKEN_SET_COOKIE, nullptr, value.data(), value.size());
}

}  // namespace outrider::http
