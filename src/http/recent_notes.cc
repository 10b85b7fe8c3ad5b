// SPDX-License-Identifier: MIT
#include "http/recent_notes.h"

namespace outrider::http {
namespace {

push::RecentRequests::Facts facts_of(const ExchangeState& exchange, std::uint64_t generation) {
  const h2o_req_t& req = *exchange.req;
  push::RecentRequests::Facts facts;
  facts.id = exchange.id;
  facts.method = view(req.input.method);
  facts.authority = exchange.authority;
  facts.path = exchange.path;
  facts.client = exchange.client_address;
  facts.secure = exchange.scheme == "https";
  facts.version = static_cast<std::uint16_t>(req.version);
  facts.begun = std::chrono::system_clock::time_point(std::chrono::seconds(req.processed_at.at.tv_sec) +
                                                      std::chrono::microseconds(req.processed_at.at.tv_usec));
  facts.generation = generation;
  return facts;
}

}  // namespace

void note_asked(ExchangeState& exchange, std::uint64_t generation, std::span<const push::RuleMark> marks) {
  push::RecentRequests* recent = exchange.frontend->options.recent;
  if (recent == nullptr || marks.empty()) return;
  recent->asked(facts_of(exchange, generation), marks);
  exchange.noted = true;
}

void note_ended(const ExchangeState& exchange, std::span<const push::DeliveryRecord> deliveries) {
  push::RecentRequests* recent = exchange.frontend->options.recent;
  if (recent == nullptr) return;
  const int status = exchange.req->res.status;
  if (!deliveries.empty()) {
    const auto& began = exchange.delivery->rules;
    const push::WorkerRules* rules = began != nullptr ? began.get() : exchange.frontend->rules.get();
    const std::uint64_t generation = rules != nullptr ? rules->generation : 0;
    recent->ended(facts_of(exchange, generation), status, exchange.delivery->early_hints_sent, deliveries);
  } else if (exchange.noted) {
    recent->ended(exchange.id, status);
  }
}

}  // namespace outrider::http
