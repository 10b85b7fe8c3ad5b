// SPDX-License-Identifier: MIT
// The part of learning.h that is about assets.
#include <algorithm>
#include <iterator>

#include "http/http2.h"
#include "http/known_assets.h"
#include "http/learning.h"
#include "http/rule_request.h"

namespace outrider::http {
namespace {

/// Whether it matters what this connection has been sent.
bool takes_pushes(const ExchangeState& exchange) {
  return !exchange.connection.listen().behind && accepts_push(*exchange.req);
}

/// What a client fetched itself needs no push either.
void remember_sent(ExchangeState& exchange, std::string_view path) {
  h2o_req_t& req = *exchange.req;
  std::string version = KnownAssets(exchange).facts(path).version;
  if (version.empty()) version = push::version_of(fields_of(req.res.headers, &req.pool));
  exchange.connection.sent.insert(exchange.host, path, version);
}

/// What a client brings about by its own fields, or by asking too often.
bool is_client_s_doing(int status) {
  constexpr int statuses[] = {400, 406, 412, 416, 429};
  return std::find(std::begin(statuses), std::end(statuses), status) != std::end(statuses);
}

}  // namespace

bool has_credentials(const ExchangeState& exchange) {
  const h2o_headers_t& headers = exchange.req->headers;
  return exchange.repeats_fields || has_field(headers, H2O_TOKEN_COOKIE) || has_field(headers, H2O_TOKEN_AUTHORIZATION);
}

void learn_asset(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  if (exchange.site == nullptr || view(req.method) != "GET") return;
  push::AssetBook& book = exchange.frontend->knowledge.assets;
  const std::string_view path = view(req.path);
  if (book.size() != 0 && book.find(exchange.host, path) != nullptr) {
    const push::Response response{req.res.status, fields_of(req.res.headers, &req.pool)};
    const std::uint64_t bytes = req.res.content_length == SIZE_MAX ? 0 : req.res.content_length;
    book.answered(exchange.host, path, response, bytes, has_credentials(exchange));
  }
  if (takes_pushes(exchange) && (req.res.status == 200 || req.res.status == 304)) remember_sent(exchange, path);
}

void learn_asset_size(const ExchangeState& exchange) {
  push::AssetBook& book = exchange.frontend->knowledge.assets;
  const h2o_req_t& req = *exchange.req;
  if (book.size() == 0 || req.res.status != 200 || req.res.content_length != SIZE_MAX) return;
  if (view(req.method) == "GET") book.sized(exchange.host, view(req.path), req.bytes_sent);
}

void learn_broken_promise(const ExchangeState& exchange) {
  count(exchange.frontend->options.counters->pushes_failed_total, 1);
  exchange.connection.sent.erase(exchange.host, view(exchange.req->path));
  // What was refused to one visitor's own fields may be there for the next.
  if (exchange.repeats_fields || is_client_s_doing(exchange.req->res.status)) return;
  exchange.frontend->knowledge.assets.promise_failed(exchange.host, view(exchange.req->path));
}

}  // namespace outrider::http
