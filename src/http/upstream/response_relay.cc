// SPDX-License-Identifier: MIT
#include "http/upstream/response_relay.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "http/status_text.h"
#include "http/upstream/forwarded.h"

namespace outrider::http::upstream {
namespace {

h2o_header_t pooled_header(h2o_mem_pool_t* pool, const push::Field& field) {
  h2o_iovec_t name = h2o_strdup(pool, field.name.data(), field.name.size());
  h2o_strtolower(name.base, name.len);
  h2o_header_t header{};
  if (const h2o_token_t* token = h2o_lookup_token(name.base, name.len); token != nullptr) {
    header.name = const_cast<h2o_iovec_t*>(&token->buf);
  } else {
    header.name = static_cast<h2o_iovec_t*>(h2o_mem_alloc_pool(pool, sizeof(h2o_iovec_t)));
    *header.name = name;
  }
  header.value = h2o_strdup(pool, field.value.data(), field.value.size());
  return header;
}

void append(h2o_mem_pool_t* pool, h2o_headers_t& headers, const h2o_header_t& header) {
  h2o_vector_reserve(pool, &headers, headers.size + 1);
  headers.entries[headers.size++] = header;
}

/// What the library or the frontend writes itself.
bool is_ours(std::string_view name) {
  return equals_ignoring_case(name, "content-length") || equals_ignoring_case(name, "date") ||
         equals_ignoring_case(name, "server");
}

}  // namespace

void ResponseRelay::start(Exchange& exchange, Backend& backend, OutgoingRequest request, Tunnels* tunnels) {
  const auto dispose = [](void* slot) { delete *static_cast<ResponseRelay**>(slot); };
  auto** slot =
      static_cast<ResponseRelay**>(h2o_mem_alloc_shared(&exchange.req->pool, sizeof(ResponseRelay*), dispose));
  *slot = new ResponseRelay(exchange, backend, std::move(request), tunnels);
  Transaction& transaction = *(*slot)->transaction_;
  // A promise is made before its page's own request goes out: an application with one process would make the assets
  // first.
  if (exchange.pushed) {
    transaction.start_soon();
  } else {
    transaction.start();
  }
}

ResponseRelay::ResponseRelay(Exchange& exchange, Backend& backend, OutgoingRequest request, Tunnels* tunnels)
    : exchange_(exchange),
      req_(*exchange.req),
      tunnels_(tunnels),
      transaction_(
          std::make_unique<Transaction>(backend, std::move(request), static_cast<Transaction::Listener&>(*this))) {
  generator_.relay = this;
  generator_.generator.proceed = [](h2o_generator_t* self, h2o_req_t*) {
    ResponseRelay& relay = *reinterpret_cast<Generator*>(self)->relay;
    relay.with_client_ = false;
    relay.transaction_->resume();
  };
  generator_.generator.stop = [](h2o_generator_t* self, h2o_req_t*) {
    reinterpret_cast<Generator*>(self)->relay->transaction_.reset();
  };
  exchange_.awaited = this;  // it ends before we do: both go with the request
}

void ResponseRelay::give_up() {
  // The client's connection is cut, and the library finds that by itself while it writes.
  if (with_client_ || transaction_ == nullptr) return;
  transaction_.reset();
  exchange_.awaited = nullptr;
  const std::string cause = "given up: the client's connection had to end (drain_timeout_ms)";
  responded_ ? on_broken(cause) : on_failed(503, cause);
}

void ResponseRelay::on_informational(const ResponseHead& head) {
  h2o_headers_t headers{};
  const HopByHop ends_here(head.fields);
  for (const push::Field& field : head.fields) {
    if (!ends_here(field.name)) append(&req_.pool, headers, pooled_header(&req_.pool, field));
  }
  informational_from_upstream(exchange_, head.status, headers.entries, headers.size);
}

void ResponseRelay::copy_head(const ResponseHead& head) {
  req_.res.status = head.status;
  req_.res.reason = head.reason.empty() ? status_text(head.status)
                                        : h2o_strdup(&req_.pool, head.reason.data(), head.reason.size()).base;
  req_.res.content_length = head.content_length ? static_cast<std::size_t>(*head.content_length) : SIZE_MAX;
  const HopByHop ends_here(head.fields);
  for (const push::Field& field : head.fields) {
    if (is_ours(field.name) || ends_here(field.name)) continue;
    append(&req_.pool, req_.res.headers, pooled_header(&req_.pool, field));
  }
}

void ResponseRelay::on_response(const ResponseHead& head, std::span<char> body, bool complete) {
  copy_head(head);
  // Of a body without a known length only the closed connection tells HTTP/1.0 clients the end.
  if (req_.version < 0x101) req_.http1_is_persistent = 0;
  responded_ = true;
  h2o_start_response(&req_, &generator_.generator);
  send(body, complete);
}

/// May be the end of this object: a request that has sent everything is disposed of.
void ResponseRelay::send(std::span<char> body, bool complete) {
  with_client_ = true;
  h2o_iovec_t piece{body.data(), body.size()};
  h2o_send(&req_, &piece, body.empty() ? 0 : 1, complete ? H2O_SEND_STATE_FINAL : H2O_SEND_STATE_IN_PROGRESS);
}

void ResponseRelay::on_switched(const ResponseHead& head, std::unique_ptr<Connection> connection,
                                std::span<char> first) {
  exchange_.awaited = nullptr;  // from now on the tunnel sees when the client goes
  copy_head(head);
  req_.res.content_length = SIZE_MAX;
  append(&req_.pool, req_.res.headers, pooled_header(&req_.pool, {"upgrade", "websocket"}));
  tunnels_->open(req_, std::move(connection), {first.data(), first.size()});
}

void ResponseRelay::on_failed(int status, std::string cause) {
  exchange_.awaited = nullptr;
  fail(exchange_, status, cause);
}

void ResponseRelay::on_broken(std::string cause) {
  exchange_.awaited = nullptr;
  exchange_.error = keep(&req_.pool, cause);
  log::warning("{} {}{}: the response broke off: {}", view(req_.method), exchange_.host, exchange_.path, cause);
  h2o_send(&req_, nullptr, 0, H2O_SEND_STATE_ERROR);
}

}  // namespace outrider::http::upstream
