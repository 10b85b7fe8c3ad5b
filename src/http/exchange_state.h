// SPDX-License-Identifier: MIT
// An exchange with what only src/http's own files need of it. Made by the first handler in the request's pool,
// destroyed with it, after the log was written.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/core.h"
#include "http/delivery.h"
#include "http/exchange.h"
#include "http/push_pacing.h"
#include "push/client_cookie.h"

namespace outrider::http {

struct ExchangeState : Exchange {
  explicit ExchangeState(Connection& on) : connection(on) {}
  ~ExchangeState();

  static ExchangeState& of(Exchange& exchange) { return static_cast<ExchangeState&>(exchange); }

  /// Makes the exchange of a request that our first handler sees; links it to the request. The request's logger, which
  /// the library calls last and once, destroys it.
  static ExchangeState& begin(h2o_req_t& req, FrontendCore& core, Connection& connection);

  /// The same as Exchange::delivery, which points here.
  Delivery& make_delivery();

  Connection& connection;
  std::chrono::steady_clock::time_point begun;
  char id_text[16];
  bool first_on_connection = false;
  bool switched_off = false;  // hints that there may have been for it
  bool noted = false;         // in the worker's RecentRequests, when its rules were asked
  const push::RuleSet* rule_set = nullptr;
  push::Fields fields;  // in the request's pool; made when rules look
  std::optional<Delivery> own_delivery;
  std::optional<std::uint64_t> body_bytes;  // once the last of it was handed over, see sent_body.h

  /// What routes said of assets, by path: see KnownAssets.
  std::vector<std::pair<std::string, push::AssetFacts>> routed_assets;

  // The site's client cookies, which nobody else sees, and what they say once somebody has asked.
  std::vector<push::Field> client_cookies;
  std::optional<push::CookieReading> cookie_reading;

  // Of a push.
  bool repeats_fields = false;         // of the page's request, because its hint says so (`with`)
  std::uint64_t promised_bytes = 0;    // as they were counted against the budget
  std::shared_ptr<PushPacing> pacing;  // by the page's pace
  std::unique_ptr<HeldPush> held;      // what waits for it
};

}  // namespace outrider::http
