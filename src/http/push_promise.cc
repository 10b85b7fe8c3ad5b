// SPDX-License-Identifier: MIT
#include "http/push_promise.h"

#include <algorithm>

#include "http/cache_digest.h"
#include "http/client_link.h"
#include "http/http2.h"
#include "http/known_assets.h"
#include "http/page_learning.h"

namespace outrider::http {
namespace {

constexpr std::uint16_t ahead_of_all = 257;  // above every weight that a client can give

/// The page's own, as far as a client can give one.
std::uint16_t weight_of(const h2o_http2_stream_t& page) {
  constexpr std::uint16_t most = 256;
  return std::min(h2o_http2_scheduler_get_weight(const_cast<h2o_http2_scheduler_openref_t*>(&page._refs.scheduler)),
                  most);
}

void prioritise(h2o_http2_conn_t& conn, h2o_http2_stream_t& page, h2o_http2_stream_t& pushed,
                push::PushPriority priority) {
  auto* scheduler = &pushed._refs.scheduler;
  switch (priority) {
    case push::PushPriority::before:
      h2o_http2_scheduler_rebind(scheduler, &conn.scheduler, ahead_of_all, 0);
      break;
    case push::PushPriority::interleaved:
      h2o_http2_scheduler_rebind(scheduler, h2o_http2_scheduler_get_parent(&page._refs.scheduler), weight_of(page), 0);
      break;
    case push::PushPriority::by_kind:
    case push::PushPriority::after:
      break;  // a child of the page's stream, as the library made it
  }
}

/// The request header fields that the hint names. False where the page's request has none of them.
bool repeat_header_fields(h2o_req_t& promised, const PushContext& context) {
  bool any = false;
  const h2o_headers_t& from = context.page.req->headers;
  for (const std::string& name : context.hint.with) {
    for (std::size_t i = 0; i != from.size; ++i) {
      const h2o_header_t& field = from.entries[i];
      if (view(*field.name) != name) continue;
      if (h2o_find_header_by_str(&promised.headers, name.data(), name.size(), -1) != -1)
        break;  // copied by the library
      any = true;
      const std::string_view kept_name = keep(&promised.pool, name);
      const std::string_view value = keep(&promised.pool, view(field.value));
      h2o_add_header_by_str(&promised.pool, &promised.headers, kept_name.data(), kept_name.size(), 1, nullptr,
                            value.data(), value.size());
    }
  }
  return any;
}

/// The library has a memory of its own, of 1,024 hashed paths: it knows no versions, and would decline what has
/// changed.
void forget_memo(h2o_http2_conn_t& conn) {
  if (conn.push_memo == nullptr) return;
  h2o_cache_destroy(conn.push_memo);
  conn.push_memo = nullptr;
}

/// The pacing that the page's pushes share while it is being made. Null for what goes ahead of it by the operator's
/// will, and where the page is at hand.
std::shared_ptr<PushPacing> pacing_for(ExchangeState& page, const push::Hint& hint, bool head_is_here) {
  Delivery& delivery = *page.delivery;
  if (delivery.answers_at_once || hint.priority == push::PushPriority::before) return nullptr;
  if (delivery.pacing != nullptr) return delivery.pacing;
  const push::Link link = link_to(page.connection).value_or(push::Link());
  const push::PageFacts* facts = known_page(page);
  const auto bytes = facts != nullptr ? facts->bytes() : std::nullopt;
  delivery.pacing = std::make_shared<PushPacing>(page.frontend->timeouts, page.connection, http2_connection(*page.req),
                                                 link, PushPacing::Page{page.begun, delivery.think_time, bytes});
  if (head_is_here) delivery.pacing->head_came();
  return delivery.pacing;
}

}  // namespace

push::Reason promise(ExchangeState& page, const push::Entry& entry, std::uint64_t bytes, bool head_is_here) {
  h2o_req_t& req = *page.req;
  h2o_http2_conn_t& conn = http2_connection(req);
  const push::Hint& hint = entry.hint;
  const std::string_view path = push::same_origin_path(hint.url, page.scheme, page.authority);
  if (path.empty()) return push::Reason::cross_origin;

  if (digest_says_fresh(req, path)) return push::Reason::cache_digest;
  forget_memo(conn);
  const PushContext context{page, hint, bytes, pacing_for(page, hint, head_is_here)};
  page.frontend->pushing = &context;
  const std::uint32_t last = conn.push_stream_ids.max_open;
  req.conn->callbacks->push_path(&req, path.data(), path.size());
  page.frontend->pushing = nullptr;
  // The library declines without a word; whether it pushed shows in its last stream's number. The plan has asked before
  // what the library asks now, so that nothing is left but a connection that takes no more streams.
  if (conn.push_stream_ids.max_open == last) return push::Reason::connection_closing;

  // An answer of 400 or more that came at once takes the promise back before it was made.
  h2o_http2_stream_t* pushed = h2o_http2_conn_get_stream(&conn, conn.push_stream_ids.max_open);
  if (pushed == nullptr || !pushed->push.promise_sent) return push::Reason::no_answer;

  // The library would let the promise wait until the page or the asset has something to say.
  h2o_http2_conn_request_write(&conn);
  page.connection.sent.insert(page.host, path, KnownAssets(page).facts(path).version);
  page.frontend->options.counters->pushes_total.fetch_add(1, std::memory_order_relaxed);
  if (pushed->state != H2O_HTTP2_STREAM_STATE_END_STREAM) prioritise(conn, http2_stream(req), *pushed, hint.priority);
  return push::Reason::sent;
}

void take_promise(ExchangeState& pushed, const PushContext& context) {
  pushed.repeats_fields = repeat_header_fields(*pushed.req, context);
  pushed.promised_bytes = context.bytes;
  pushed.connection.promised_bytes += context.bytes;
  pushed.pacing = context.pacing;
}

void pace(ExchangeState& pushed, h2o_ostream_t** slot) {
  if (pushed.pacing == nullptr || pushed.pacing->released() || pushed.req->res.status >= 400) return;
  pushed.held = std::make_unique<HeldPush>(*pushed.req, slot, pushed.pacing);
}

void keep_behind_page(h2o_req_t& promised) {
  h2o_req_fill_mime_attributes(&promised);
  auto* attributes =
      static_cast<h2o_mime_attributes_t*>(h2o_mem_alloc_pool(&promised.pool, sizeof(h2o_mime_attributes_t)));
  *attributes = *promised.res.mime_attr;
  attributes->priority = h2o_mime_attributes_t::H2O_MIME_ATTRIBUTE_PRIORITY_NORMAL;
  promised.res.mime_attr = attributes;
}

}  // namespace outrider::http
