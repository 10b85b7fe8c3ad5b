// SPDX-License-Identifier: MIT
#include "http/redirect_handler.h"

#include <algorithm>

#include <fmt/format.h>

#include "http/status_text.h"

namespace outrider::http {
namespace {

void send_redirect(h2o_req_t& req, int status, std::string_view target) {
  const std::string_view kept = keep(&req.pool, target);
  h2o_send_redirect(&req, status, status_text(status), kept.data(), kept.size());
}

/// The request's target behind the route's prefix, as the client wrote it where that can be told.
std::string_view rest_of_target(const Exchange& exchange) {
  const std::string_view target = view(exchange.req->path);
  const std::string& prefix = exchange.route->prefix;
  if (target.substr(0, prefix.size()) != prefix) return {};
  // "//host" behind a redirect to a path would lead to that host, and browsers read "\\" as "/".
  const std::string_view rest = target.substr(prefix.size());
  return rest.substr(std::min(rest.find_first_not_of("/\\"), rest.size()));
}

}  // namespace

void RedirectHandler::handle(Exchange& exchange) {
  std::string target = redirect_.to;
  if (target.back() == '/') target += rest_of_target(exchange);
  send_redirect(*exchange.req, redirect_.status, target);
}

void redirect_to_https(Exchange& exchange, std::uint16_t port) {
  h2o_req_t& req = *exchange.req;
  const bool reads = view(req.method) == "GET" || view(req.method) == "HEAD";
  const std::string authority = port == 443 ? std::string(exchange.host) : fmt::format("{}:{}", exchange.host, port);
  send_redirect(req, reads ? 301 : 308, fmt::format("https://{}{}", authority, view(req.path)));
}

}  // namespace outrider::http
