// SPDX-License-Identifier: MIT
#include "http/sent_body.h"

namespace outrider::http {
namespace {

struct BodyCounter {
  h2o_ostream_t super;
  ExchangeState* exchange;
  std::uint64_t bytes;
};

void on_send(h2o_ostream_t* self, h2o_req_t* req, h2o_iovec_t* bufs, std::size_t count, h2o_send_state_t state) {
  auto& counter = *reinterpret_cast<BodyCounter*>(self);
  for (std::size_t i = 0; i != count; ++i) counter.bytes += bufs[i].len;
  if (state == H2O_SEND_STATE_IN_PROGRESS) {
    // Not by h2o_ostream_send_next, which sends a head alone no further.
    self->next->do_send(self->next, req, bufs, count, state);
    return;
  }
  if (state == H2O_SEND_STATE_FINAL) counter.exchange->body_bytes = counter.bytes;
  h2o_ostream_send_next(self, req, bufs, count, state);
}

bool has_known_length(const ExchangeState& exchange) {
  return exchange.req->res.content_length != SIZE_MAX;
}

}  // namespace

void count_body(ExchangeState& exchange, h2o_ostream_t** slot) {
  h2o_req_t& req = *exchange.req;
  const push::Knowledge& knowledge = exchange.frontend->knowledge;
  if (has_known_length(exchange) || req.res.status != 200 || view(req.method) != "GET") return;
  if (knowledge.assets.size() == 0 && knowledge.pages.size() == 0) return;
  while ((*slot)->next != nullptr) slot = &(*slot)->next;
  auto* counter = reinterpret_cast<BodyCounter*>(h2o_add_ostream(&req, sizeof(BodyCounter), slot));
  counter->super.do_send = on_send;
  counter->exchange = &exchange;
  counter->bytes = 0;
}

bool was_sent_whole(const ExchangeState& exchange) {
  const h2o_req_t& req = *exchange.req;
  if (has_known_length(exchange)) return req.bytes_sent == req.res.content_length;
  if (!exchange.body_bytes) return false;
  // HTTP/2 counts what its windows let through, and HTTP/1 what it was given, without the frames of chunks.
  return req.version < 0x200 || req.bytes_sent == *exchange.body_bytes;
}

}  // namespace outrider::http
