// SPDX-License-Identifier: MIT
// Our side of one request and its response, from the first handler to the log. It lives in the request's pool: whoever
// waits for something else must learn that the request is gone (the generator's stop, or a shared entry on the pool).
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"
#include "http/frontend.h"
#include "http/h2o_api.h"
#include "push/asset_book.h"

namespace outrider::http {

class Delivery;
class FrontendCore;

/// Under what the books keep what a host answers. A port of its own is part of it: who makes one up hears of links with
/// that port, and nobody else must. `host` is the authority's, in lower case and without a port.
push::SchemeHost scheme_host_of(std::string_view scheme, std::string_view authority, std::string_view host);

/// Something that an exchange waits for and that may take long: an upstream's answer.
class Awaited {
 public:
  /// Nobody waits any more. Ends the exchange, which may be gone on return, unless bytes are with the client just now.
  virtual void give_up() = 0;

 protected:
  ~Awaited() = default;
};

struct Exchange {
  h2o_req_t* req = nullptr;
  FrontendCore* frontend = nullptr;
  const config::Site* site = nullptr;
  const config::Route* route = nullptr;

  // Facts, as views into the request's pool.
  std::string_view id;              // 16 hex digits
  std::string_view client_address;  // without a port; the forwarded one behind a trusted proxy
  std::string_view peer_address;    // the connection's other end
  std::string_view scheme;          // "https" or "http": the connection's, or a trusted proxy's word
  std::string_view host;            // lower case, without a port
  std::string_view authority;       // as the client wrote it
  std::string_view path;            // decoded and normalised, without the query
  bool trusted_peer = false;        // x-forwarded-* of this peer are believed
  bool pushed = false;              // a push of ours

  // For the log.
  std::string_view upstream;  // the server that answered or failed
  std::string_view error;     // the cause of a 502, 504 …

  Awaited* awaited = nullptr;    // as long as there is something
  Delivery* delivery = nullptr;  // hints of this request; null where nobody had any

  push::SchemeHost scheme_host() const { return scheme_host_of(scheme, authority, host); }

  /// The exchange of a request, or nullptr where it never reached our first handler.
  static Exchange* of(h2o_req_t* req);
};

/// What produces a response. One per route and worker; `handle` runs on the worker's thread, after the route was chosen
/// and req->pathconf bound, and answers now or later.
class RouteHandler {
 public:
  virtual ~RouteHandler() = default;
  virtual void handle(Exchange& exchange) = 0;
  /// The answer is at hand: a 103 would not come sooner than it. Asked before `handle`.
  virtual bool answers_at_once(const Exchange&) const { return false; }
};

/// Answers with an error of ours (the route's error page where there is one) and notes the cause for the log. `cause`
/// may be empty. Only before the response has started.
void fail(Exchange& exchange, int status, std::string_view cause);

/// Hands the header fields of an upstream's informational response (1xx) to delivery: the Link values of the first 103
/// are sent on as this client can use them.
void informational_from_upstream(Exchange& exchange, int status, const h2o_header_t* headers, std::size_t count);

}  // namespace outrider::http
