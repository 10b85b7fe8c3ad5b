// SPDX-License-Identifier: MIT
#pragma once

#include "http/exchange.h"

namespace outrider::http {

/// Sends the client elsewhere. A target that ends in "/" gets the rest of the path and the query behind it.
class RedirectHandler final : public RouteHandler {
 public:
  explicit RedirectHandler(const config::Redirect& redirect) : redirect_(redirect) {}
  void handle(Exchange& exchange) override;
  bool answers_at_once(const Exchange&) const override { return true; }

 private:
  const config::Redirect& redirect_;
};

/// To the same URL over https: 301 for GET and HEAD, 308 for methods with a body (RFC 9110 15.4.9).
void redirect_to_https(Exchange& exchange, std::uint16_t port);

}  // namespace outrider::http
