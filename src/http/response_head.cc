// SPDX-License-Identifier: MIT
#include "http/response_head.h"

#include <fmt/format.h>

#include "http/asset_learning.h"
#include "http/final_head.h"
#include "http/priority.h"
#include "http/push_promise.h"
#include "http/sent_body.h"

namespace outrider::http {
namespace {

/// A request filter of the library with a pointer behind it: the one place of a request where ours fits.
struct HeadWatcher {
  h2o_req_prefilter_t super;
  ExchangeState* exchange;
};

void change_headers(h2o_req_t& req, const config::Route& route) {
  for (const config::HeaderChange& change : route.headers) {
    h2o_headers_t& headers = req.res.headers;
    const char* name = change.name.data();
    const std::size_t length = change.name.size();
    if (change.type != config::HeaderChange::Type::add) {
      for (ssize_t at; (at = h2o_find_header_by_str(&headers, name, length, -1)) != -1;)
        h2o_delete_header(&headers, at);
    }
    if (change.type != config::HeaderChange::Type::remove) {
      h2o_add_header_by_str(&req.pool, &headers, name, length, 1, nullptr, change.value.data(), change.value.size());
    }
  }
}

/// RFC 9111 5.2.2.1; of files, only where nobody said anything, and only for what a cache may keep.
void add_max_age(h2o_req_t& req, const config::Route& route) {
  const int status = req.res.status;
  if (!route.max_age_s || (status != 200 && status != 206 && status != 304)) return;
  if (has_field(req.res.headers, H2O_TOKEN_CACHE_CONTROL)) return;
  const std::string_view value = keep(&req.pool, fmt::format("max-age={}", *route.max_age_s));
  h2o_add_header(&req.pool, &req.res.headers, H2O_TOKEN_CACHE_CONTROL, nullptr, value.data(), value.size());
}

void on_response_head(h2o_req_prefilter_t* self, h2o_req_t* req, h2o_ostream_t** slot) {
  ExchangeState& exchange = *reinterpret_cast<HeadWatcher*>(self)->exchange;
  if (exchange.pushed) keep_behind_page(*req);
  // The library decided on keep-alive when the request came in.
  if (exchange.frontend->draining && req->version < 0x200) req->http1_is_persistent = 0;
  if (exchange.route != nullptr) {
    if (exchange.upstream.empty()) add_max_age(*req, *exchange.route);
    change_headers(*req, *exchange.route);
  }
  prioritise_response(exchange);
  if (exchange.delivery != nullptr && exchange.delivery->pacing != nullptr) exchange.delivery->pacing->head_came();
  learn_asset(exchange);
  deliver_response_phase(exchange);
  h2o_setup_next_prefilter(self, req, slot);
  if (exchange.pushed) pace(exchange, slot);
  count_body(exchange, slot);
}

}  // namespace

void watch_response_head(ExchangeState& exchange) {
  auto* watcher = reinterpret_cast<HeadWatcher*>(h2o_add_prefilter(exchange.req, sizeof(HeadWatcher)));
  watcher->super.on_setup_ostream = on_response_head;
  watcher->exchange = &exchange;
}

Exchange* Exchange::of(h2o_req_t* req) {
  for (h2o_req_prefilter_t* filter = req->prefilters; filter != nullptr; filter = filter->next) {
    if (filter->on_setup_ostream == on_response_head) return reinterpret_cast<HeadWatcher*>(filter)->exchange;
  }
  return nullptr;
}

}  // namespace outrider::http
