// SPDX-License-Identifier: MIT
#include "http/priority.h"

#include <string>

#include "http/http2.h"

namespace outrider::http {
namespace {

constexpr std::string_view field_name = "priority";

/// The library notes what HEADERS and PRIORITY frames said. One who says just the default there has said nothing.
bool has_rfc7540_priority(const h2o_http2_stream_t& stream) {
  const h2o_http2_priority_t& received = stream.received_priority;
  const bool pushed = h2o_http2_stream_is_push(stream.stream_id) != 0;
  const std::uint32_t parent = pushed ? stream.push.parent_stream_id : h2o_http2_default_priority.dependency;
  return received.exclusive != h2o_http2_default_priority.exclusive || received.dependency != parent ||
         received.weight != h2o_http2_default_priority.weight;
}

/// The Priority field, or nothing where there is none. Several are one, joined by commas (RFC 8941 4.2).
std::optional<push::Priority> priority_in(const h2o_headers_t& headers) {
  const auto next = [&headers](ssize_t at) {
    return h2o_find_header_by_str(&headers, field_name.data(), field_name.size(), at);
  };
  ssize_t at = next(-1);
  if (at == -1) return std::nullopt;
  const std::string_view first = view(headers.entries[at].value);
  if ((at = next(at)) == -1) return push::parse_priority(first);
  std::string joined(first);
  for (; at != -1; at = next(at)) joined.append(",").append(view(headers.entries[at].value));
  return push::parse_priority(joined);
}

}  // namespace

void prioritise(h2o_http2_conn_t& conn, h2o_http2_stream_t& stream, const push::Priority& priority) {
  if (stream.state == H2O_HTTP2_STREAM_STATE_END_STREAM || has_rfc7540_priority(stream)) return;
  const std::uint16_t weight = push::weight_of_urgency(priority.urgency.value_or(push::Priority::default_urgency));
  h2o_http2_scheduler_rebind(&stream._refs.scheduler, &conn.scheduler, weight, 0);
}

void prioritise_request(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  if (req.version < 0x200 || exchange.pushed) return;
  h2o_http2_stream_t& stream = http2_stream(req);
  std::optional<push::Priority> priority = exchange.connection.priority_updates.take(stream.stream_id);
  if (!priority) priority = priority_in(req.headers);
  if (priority) prioritise(http2_connection(req), stream, *priority);
}

void prioritise_response(ExchangeState& exchange) {
  h2o_req_t& req = *exchange.req;
  if (req.version < 0x200 || exchange.pushed) return;
  const std::optional<push::Priority> priority = priority_in(req.res.headers);
  if (priority && priority->urgency) prioritise(http2_connection(req), http2_stream(req), *priority);
}

}  // namespace outrider::http
