// SPDX-License-Identifier: MIT
#include "http/exchange_state.h"

#include <new>

#include "http/http2.h"
#include "http/response_head.h"

namespace outrider::http {
namespace {

/// A request's number as 16 hex digits that do not tell how many there were: a bijective mix (splitmix64) of a counter.
void write_id(std::uint64_t number, char* out) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  number ^= number >> 31;
  for (int i = 15; i >= 0; --i, number >>= 4) out[i] = "0123456789abcdef"[number & 0xf];
}

}  // namespace

push::SchemeHost scheme_host_of(std::string_view scheme, std::string_view authority, std::string_view host) {
  const bool secure = scheme == "https";
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.back() != ']';
  const bool has_own_port = has_port && authority.substr(colon) != (secure ? ":443" : ":80");
  return {has_own_port ? authority : host, secure};
}

ExchangeState& ExchangeState::begin(h2o_req_t& req, FrontendCore& core, Connection& connection) {
  void* memory = h2o_mem_alloc_pool(&req.pool, sizeof(ExchangeState));
  auto* exchange = new (memory) ExchangeState(connection);
  exchange->req = &req;
  exchange->frontend = &core;
  exchange->begun = core.turn_time();
  exchange->pushed = is_pushed(req);
  write_id(core.next_request++, exchange->id_text);
  exchange->id = {exchange->id_text, sizeof(exchange->id_text)};
  exchange->peer_address = connection.peer_text();
  exchange->client_address = exchange->peer_address;
  exchange->first_on_connection = connection.requests == 0;
  if (!exchange->pushed) ++connection.requests;
  ++connection.requests_open;
  if (req.version < 0x200) connection.http1_exchange = exchange;
  count(core.options.counters->requests, 1);
  count(core.options.counters->requests_total, 1);
  watch_response_head(*exchange);
  return *exchange;
}

ExchangeState::~ExchangeState() {
  if (own_delivery && own_delivery->pacing != nullptr) own_delivery->pacing->release();
  connection.promised_bytes -= promised_bytes;
  --connection.requests_open;
  connection.idle_since_ms = h2o_now(frontend->loop.get());
  if (connection.http1_exchange == this) connection.http1_exchange = nullptr;
  count(frontend->options.counters->requests, -1);
}

Delivery& ExchangeState::make_delivery() {
  if (!own_delivery) delivery = &own_delivery.emplace();
  return *own_delivery;
}

}  // namespace outrider::http
