// SPDX-License-Identifier: MIT
#include "http/asset_learning.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "http/asker.h"
#include "http/http2.h"
#include "http/known_assets.h"
#include "http/rule_request.h"

namespace outrider::http {
namespace {

/// Whether it may matter later what this connection has been sent: to a client that takes pushes, of a site that
/// pushes.
bool may_be_pushed(const ExchangeState& exchange) {
  const config::Site& site = *exchange.site;
  if (!site.push || exchange.connection.listen().behind || !accepts_push(*exchange.req)) return false;
  const bool has_rules = exchange.rule_set != nullptr && !exchange.rule_set->rules().empty();
  return has_rules || (site.learn.on && exchange.frontend->knowledge.pages.size() != 0);
}

/// What a client fetched itself needs no push either. Of an asset that was never hinted nobody has asked for the
/// version, and it costs a look at the disk to find out: any of them will do.
void remember_sent(ExchangeState& exchange, std::string_view path, bool was_hinted) {
  h2o_req_t& req = *exchange.req;
  std::string version;
  if (was_hinted) {
    version = KnownAssets(exchange).facts(path).version;
    if (version.empty()) version = push::version_of(fields_of(req.res.headers, &req.pool));
  }
  exchange.connection.sent.insert(exchange.host, path, version);
}

/// What a client brings about by its own fields, or by asking too often.
bool is_client_s_doing(int status) {
  constexpr int statuses[] = {400, 406, 412, 416, 429};
  return std::find(std::begin(statuses), std::end(statuses), status) != std::end(statuses);
}

bool may_be_asset(const ExchangeState& exchange) {
  return exchange.site != nullptr && view(exchange.req->method) == "GET";
}

void learn_facts(const ExchangeState& exchange, std::string_view path) {
  h2o_req_t& req = *exchange.req;
  push::Knowledge& knowledge = exchange.frontend->knowledge;
  const push::Response response{req.res.status, fields_of(req.res.headers, &req.pool)};
  const std::uint64_t bytes = req.res.content_length == SIZE_MAX ? 0 : req.res.content_length;
  std::optional<push::Visitor> credentials_of;
  if (has_credentials(exchange)) credentials_of = knowledge.visitors(exchange.client_address);
  knowledge.assets.answered(exchange.scheme_host(), path, response, bytes, credentials_of);
}

}  // namespace

void learn_asset(ExchangeState& exchange) {
  if (!may_be_asset(exchange)) return;
  push::AssetBook& book = exchange.frontend->knowledge.assets;
  const std::string_view path = view(exchange.req->path);
  const bool was_hinted = book.size() != 0 && book.find(exchange.scheme_host(), path) != nullptr;
  if (was_hinted && !asks_like_nobody_else(exchange)) learn_facts(exchange, path);
  const int status = exchange.req->res.status;
  if ((status == 200 || status == 304) && may_be_pushed(exchange)) remember_sent(exchange, path, was_hinted);
}

void learn_asset_size(const ExchangeState& exchange) {
  const h2o_req_t& req = *exchange.req;
  push::AssetBook& book = exchange.frontend->knowledge.assets;
  if (book.size() == 0 || !may_be_asset(exchange)) return;
  if (req.res.status != 200 || req.res.content_length != SIZE_MAX || asks_like_nobody_else(exchange)) return;
  book.sized(exchange.scheme_host(), view(req.path), req.bytes_sent, has_credentials(exchange));
}

void forget_broken_asset(const ExchangeState& exchange) {
  const h2o_req_t& req = *exchange.req;
  push::SentMemory& sent = exchange.connection.sent;
  if (sent.size() == 0 || req.res.status != 200 || view(req.method) != "GET") return;
  // Who cancels a push most often has the asset.
  const bool cancelled =
      !exchange.pushed && req.res.content_length != SIZE_MAX && req.bytes_sent < req.res.content_length;
  if (cancelled || !exchange.error.empty()) sent.erase(exchange.host, view(req.path));
}

void learn_broken_promise(const ExchangeState& exchange) {
  count(exchange.frontend->options.counters->pushes_failed_total, 1);
  exchange.connection.sent.erase(exchange.host, view(exchange.req->path));
  // What was refused to one visitor's own fields, or on a port that they made up, may be there for the next.
  if (asks_like_nobody_else(exchange) || is_client_s_doing(exchange.req->res.status)) return;
  exchange.frontend->knowledge.assets.promise_failed(exchange.scheme_host(), view(exchange.req->path));
}

}  // namespace outrider::http
