// SPDX-License-Identifier: MIT
#include "http/known_assets.h"

#include <algorithm>
#include <utility>

#include "http/client_cookies.h"
#include "http/client_link.h"
#include "http/route_facts.h"
#include "push/push_list.h"

namespace outrider::http {
namespace {

/// What the asset's route says of it, asked once for a request: it may cost a look at the disk.
push::AssetFacts of_route(ExchangeState& exchange, std::string_view path) {
  auto& routed = exchange.routed_assets;
  const auto before = std::find_if(routed.begin(), routed.end(), [&](const auto& each) { return each.first == path; });
  if (before != routed.end()) return before->second;
  push::AssetFacts facts = route_facts(*exchange.site, plain_path(exchange, path), exchange.frontend->global.mimemap);
  // Rules may ask for any number of paths.
  if (routed.size() < push::PushList::max_entries) routed.emplace_back(path, facts);
  return facts;
}

push::AssetFacts find_out(ExchangeState& exchange, std::string_view path) {
  const push::AssetFacts* known = exchange.frontend->knowledge.assets.find(exchange.scheme_host(), path);
  if (exchange.site == nullptr) return known != nullptr ? *known : push::AssetFacts();
  return together(known, of_route(exchange, path));
}

}  // namespace

push::AssetFacts together(const push::AssetFacts* known, push::AssetFacts routed) {
  if (known == nullptr || known->status == 0) {
    if (known != nullptr) routed.promise_failed = known->promise_failed;
    return routed;
  }
  push::AssetFacts facts = *known;
  if (routed.status != 0) facts.status = routed.status;
  if (!routed.version.empty()) facts.version = std::move(routed.version);
  if (routed.bytes != 0) facts.bytes = facts.bytes == 0 ? routed.bytes : std::min(facts.bytes, routed.bytes);
  return facts;
}

std::string_view plain_path(const ExchangeState& exchange, std::string_view path) {
  std::size_t query_at = SIZE_MAX;
  std::size_t* indexes = nullptr;
  return view(
      h2o_url_normalize_path(&exchange.req->pool, const_cast<char*>(path.data()), path.size(), &query_at, &indexes));
}

const push::AssetFacts& KnownAssets::look(std::string_view path) const {
  if (last_path_ != path) {
    last_ = find_out(exchange_, path);
    last_path_ = path;
  }
  return last_;
}

std::string KnownAssets::type(std::string_view path) const {
  const push::AssetFacts* known = exchange_.frontend->knowledge.assets.find(exchange_.scheme_host(), path);
  if (known != nullptr && !known->type.empty()) return known->type;
  if (exchange_.site == nullptr) return {};
  return route_type(*exchange_.site, plain_path(exchange_, path), exchange_.frontend->global.mimemap);
}

bool KnownAssets::sent(std::string_view path) const {
  // What one client of a proxy's connection was sent, the others were not: nothing is remembered of it (learn_asset).
  const push::SentMemory& sent = exchange_.connection.sent;
  return sent.size() != 0 && sent.contains(exchange_.host, path, look(path).version);
}

std::optional<push::Link> KnownAssets::link() const {
  return link_to(exchange_.connection);
}

push::Cached KnownAssets::cached(std::string_view path) const {
  const push::CookieReading& reading = client_cookie_of(exchange_);
  if (reading.good == 0 || is_kept_out_of_cookie(exchange_, path)) return push::Cached::no;
  const std::string& version = look(path).version;
  if (version.empty()) return push::Cached::perhaps;
  return reading.set.contains(path, version) ? push::Cached::yes : push::Cached::no;
}

}  // namespace outrider::http
