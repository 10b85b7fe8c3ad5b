// SPDX-License-Identifier: MIT
// The end of every exchange: what happened goes to the observer.
#include <vector>

#include "http/asker.h"
#include "http/asset_learning.h"
#include "http/exchange_state.h"
#include "http/page_learning.h"
#include "http/recent_notes.h"
#include "http/rule_request.h"
#include "http/sent_body.h"
#include "push/record.h"

namespace outrider::http {
namespace {

struct RequestLogger {
  h2o_logger_t super;
  FrontendCore* core;
};

std::string_view field(const h2o_req_t& req, const h2o_token_t* name) {
  const ssize_t at = h2o_find_header(&req.headers, name, -1);
  return at == -1 ? std::string_view() : view(req.headers.entries[at].value);
}

/// A field that the library has no token for.
std::string_view field(const h2o_req_t& req, std::string_view name) {
  const ssize_t at = h2o_find_header_by_str(&req.headers, name.data(), name.size(), -1);
  return at == -1 ? std::string_view() : view(req.headers.entries[at].value);
}

void describe_exchange(const ExchangeState& exchange, push::RequestRecord& record) {
  record.id = exchange.id;
  record.client = exchange.client_address;
  record.peer = exchange.peer_address;
  record.host = exchange.authority;
  record.scheme = exchange.scheme;
  record.site = exchange.site != nullptr ? std::string_view(exchange.site->name) : std::string_view();
  record.upstream = exchange.upstream;
  record.error = exchange.error;
  record.pushed = exchange.pushed;
  record.early_hints = exchange.delivery != nullptr && exchange.delivery->early_hints_sent;
  record.switched_off = exchange.switched_off;
  record.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - exchange.begun);
}

void report(const FrontendCore& core, h2o_req_t* req, const ExchangeState* exchange,
            const std::vector<push::DeliveryRecord>& deliveries) {
  if (!core.options.observe_every_request && (exchange == nullptr || exchange->delivery == nullptr)) return;
  push::RequestRecord record;
  if (exchange != nullptr) describe_exchange(*exchange, record);
  record.method = view(req->input.method);
  record.target = view(req->input.path);
  record.protocol = protocol_of(*req);
  record.referer = field(*req, H2O_TOKEN_REFERER);
  record.user_agent = field(*req, H2O_TOKEN_USER_AGENT);
  record.mode = field(*req, "sec-fetch-mode");
  record.begun = std::chrono::system_clock::time_point(std::chrono::seconds(req->processed_at.at.tv_sec) +
                                                       std::chrono::microseconds(req->processed_at.at.tv_usec));
  record.status = req->res.status;
  record.bytes_sent = req->bytes_sent;
  record.reset = req->res.status == 0 || (req->res.content_length != SIZE_MAX && view(req->input.method) != "HEAD" &&
                                          req->bytes_sent < req->res.content_length);
  record.deliveries = deliveries;
  core.options.observer->request_ended(record);
}

/// An asset that some rule hinted may have been answered. Not what was refused or sent elsewhere before a site was
/// chosen, and no redirect or error that a client asked for by fields of its own: that says nothing about the asset.
void watch_answer(const FrontendCore& core, const ExchangeState& exchange) {
  if (core.rules == nullptr || core.rules->watch == nullptr || exchange.site == nullptr) return;
  const h2o_req_t& req = *exchange.req;
  const std::string_view method = view(req.method);
  const int status = req.res.status;
  if ((method != "GET" && method != "HEAD") || (status >= 300 && asks_like_nobody_else(exchange))) return;
  core.rules->watch->answered(exchange.host, view(req.path), status, exchange.client_address);
}

void log_request(h2o_logger_t* self, h2o_req_t* req) {
  auto* exchange = static_cast<ExchangeState*>(Exchange::of(req));
  const FrontendCore& core = *reinterpret_cast<RequestLogger*>(self)->core;
  if (exchange != nullptr) {
    watch_answer(core, *exchange);
    if (exchange->pushed && req->res.status >= 400) learn_broken_promise(*exchange);
    forget_broken_asset(*exchange);
    if (was_sent_whole(*exchange)) {
      learn_asset_size(*exchange);
      learn_page_size(*exchange);
    }
  }
  std::vector<push::DeliveryRecord> deliveries;
  if (exchange != nullptr && exchange->delivery != nullptr) deliveries = push::records_of(*exchange->delivery);
  if (exchange != nullptr) note_ended(*exchange, deliveries);
  report(core, req, exchange, deliveries);
  if (exchange != nullptr) exchange->~ExchangeState();
}

}  // namespace

void register_request_logger(h2o_pathconf_t& path, FrontendCore& core) {
  auto* logger = reinterpret_cast<RequestLogger*>(h2o_create_logger(&path, sizeof(RequestLogger)));
  logger->super.log_access = log_request;
  logger->core = &core;
}

}  // namespace outrider::http
