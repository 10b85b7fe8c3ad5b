// SPDX-License-Identifier: MIT
#include "http/final_head.h"

#include <algorithm>
#include <utility>

#include "http/client_cookies.h"
#include "http/exchange_state.h"
#include "http/known_assets.h"
#include "http/page_learning.h"
#include "http/rule_request.h"
#include "http/rule_run.h"
#include "push/caching.h"
#include "push/delivering.h"
#include "push/final_head.h"
#include "push/link_header.h"
#include "push/server_timing.h"

namespace outrider::http {
namespace {

void add_field(h2o_req_t& req, const h2o_token_t* name, std::string_view value) {
  const std::string_view kept = keep(&req.pool, value);
  h2o_add_header(&req.pool, &req.res.headers, name, nullptr, kept.data(), kept.size());
}

bool has_response_rules(const ExchangeState& exchange) {
  const Delivery* delivery = exchange.delivery;
  return delivery != nullptr && !delivery->matches.empty() && exchange.rule_set->has_response_phase();
}

/// What the application wants pushed and not shown. A proxy in front of us may be the one to push it.
void hide_push_only(const ExchangeState& exchange) {
  if (exchange.connection.listen().behind) return;
  h2o_req_t& req = *exchange.req;
  for (ssize_t at = -1; (at = h2o_find_header(&req.res.headers, H2O_TOKEN_LINK, at)) != -1;) {
    h2o_iovec_t& value = req.res.headers.entries[at].value;
    const std::string rest = push::without_push_only(view(value));
    if (rest.empty()) {
      at = h2o_delete_header(&req.res.headers, at) - 1;
    } else if (rest.size() != value.len) {
      value = iovec(keep(&req.pool, rest));
    }
  }
}

push::PushList response_rules(ExchangeState& exchange, const push::Request& request) {
  Delivery* delivery = exchange.delivery;
  const push::Fields fields = fields_of(exchange.req->res.headers, &exchange.req->pool);
  const push::Response response{exchange.req->res.status, fields};
  push::RuleRun run =
      run_rules(exchange, *delivery->rules, delivery->matches, push::Phase::response, request, &response);
  for (const push::Entry& entry : run.switched_off.entries()) delivery->switched_off.add(entry.hint, entry.rule);
  delivery->reads.merge(run.evaluation.reads);
  return std::move(run.evaluation.list);
}

/// What could not be decided before the head was there.
void decide(ExchangeState& exchange, const push::PushList& own_hints) {
  const bool has_rules = has_response_rules(exchange);
  const bool waits = exchange.delivery != nullptr && push::waits_for_head(*exchange.delivery, exchange.req->res.status);
  if (!has_rules && !waits && own_hints.empty()) return;
  if (hints_are_off(exchange)) {
    exchange.switched_off = true;
    return;
  }
  push::Request request;
  const KnownAssets assets(exchange);
  describe_request(exchange, request, assets);
  if (waits) deliver_what_waited(exchange, request);
  const push::PushList from_rules = has_rules ? response_rules(exchange, request) : push::PushList();
  deliver_at_head(exchange, from_rules, own_hints, request);
}

/// Whether a cache that serves several users may keep this response.
bool is_storable(const ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  const push::Response response{req.res.status, fields_of(req.res.headers, &req.pool)};
  const bool behind = exchange.connection.listen().behind.has_value();
  return push::is_storable(fields_of(req.headers, &req.pool), exchange.scheme, behind, response);
}

/// RFC 9111 4.1: by what else the fields that we add may differ.
void add_vary(ExchangeState& exchange) {
  const std::vector<std::string>& names = exchange.delivery->reads.fields();
  if (names.empty()) return;
  h2o_req_t& req = *exchange.req;
  std::string existing;
  for (ssize_t at; (at = h2o_find_header(&req.res.headers, H2O_TOKEN_VARY, -1)) != -1;) {
    if (!existing.empty()) existing += ", ";
    existing += view(req.res.headers.entries[at].value);
    h2o_delete_header(&req.res.headers, at);
  }
  add_field(req, H2O_TOKEN_VARY, push::merged_vary(existing, names));
}

void add_server_timing(ExchangeState& exchange) {
  const std::vector<push::DeliveryRecord> records = push::records_of_list(*exchange.delivery);
  if (records.empty()) return;
  h2o_req_t& req = *exchange.req;
  const std::string_view value = keep(&req.pool, push::server_timing(records));
  h2o_add_header_by_str(&req.pool, &req.res.headers, H2O_STRLIT("server-timing"), 0, nullptr, value.data(),
                        value.size());
}

/// The page came well: what it hinted is owed an answer.
void tell_watch(const ExchangeState& exchange) {
  const Delivery& delivery = *exchange.delivery;
  for (std::size_t i = 0; i != delivery.list.entries().size(); ++i) {
    const push::Delivered& delivered = delivery.delivered[i];
    // A promise that was taken back, because its answer was an error, is no delivery, but says all about the asset.
    if (delivered.how == push::How::none && delivered.reason != push::Reason::no_answer) continue;
    const std::string_view path = watched_path(exchange, delivery.list.entries()[i]);
    if (!path.empty()) delivery.rules->watch->hinted(exchange.host, path, exchange.client_address);
  }
}

}  // namespace

void deliver_response_phase(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  const bool has_link = has_field(req.res.headers, H2O_TOKEN_LINK);
  const bool from_application = !exchange.upstream.empty();
  if (exchange.pushed) return;
  if (exchange.delivery == nullptr && !has_link) {
    // An answer that hints nothing any more is one to learn from, too.
    if (from_application && known_page(exchange) != nullptr) learn_page(exchange, {});
    return;
  }
  if (exchange.delivery != nullptr && std::exchange(exchange.delivery->head_decided, true)) return;

  push::PushList own_hints;
  if (has_link) own_hints = hints_of_links(exchange, req.res.headers.entries, req.res.headers.size);
  if (from_application) learn_page(exchange, own_hints);
  if (has_link) hide_push_only(exchange);
  if (!push::takes_hints(view(req.method), req.res.status)) return;
  decide(exchange, own_hints);
  if (exchange.delivery == nullptr) return;
  const bool storable = is_storable(exchange);
  for (const std::string& value : final_links(exchange, own_hints, storable)) add_field(req, H2O_TOKEN_LINK, value);
  if (storable) add_vary(exchange);
  set_client_cookie(exchange, storable);
  // What was delivered to this client says nothing to the next.
  if (exchange.site->server_timing && !storable) add_server_timing(exchange);
  tell_watch(exchange);
}

}  // namespace outrider::http
