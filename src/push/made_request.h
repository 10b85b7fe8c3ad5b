// SPDX-License-Identifier: MIT
// A request that nobody sent, to ask what would become of it: by `outrider explain`, by a test beside the rules. What
// is not said is as with a plain client on a new connection over TLS.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "push/request.h"

namespace outrider::push {

struct MadeRequest {
  using FieldText = std::pair<std::string, std::string>;

  std::string id = "made";
  std::string method = "GET", scheme = "https";
  std::string host;       // lower case, without a port
  std::string authority;  // empty: the host
  std::string path = "/";
  std::string query, protocol = "HTTP/2";
  std::vector<FieldText> fields;      // names in lower case
  std::string address = "192.0.2.1";  // a network that is nobody's (RFC 5737)
  std::string country;
  bool accepts_push = false;
  bool new_connection = true;
  bool behind_proxy = false, passes_early_hints = false;
  std::optional<Link> link;                                  // nothing: nobody knows the way to the client
  std::optional<std::chrono::system_clock::time_point> now;  // nothing: when it is looked at

  /// Puts a field in place of all of that name (lower case).
  void set(std::string_view name, std::string value);
};

/// A MadeRequest as the domain takes it.
class RequestView {
 public:
  /// `made` outlives it and is not changed meanwhile. `assets` and `clients` may be null.
  RequestView(const MadeRequest& made, const Assets* assets, const ClientTable* clients);
  RequestView(const RequestView&) = delete;
  RequestView& operator=(const RequestView&) = delete;

  const Request& request() const { return request_; }
  /// For what is not the request's own to say: how its site and server treat it.
  Request& edit() { return request_; }

 private:
  std::vector<Field> fields_;
  FixedLink link_;
  Request request_;
};

/// A request target's path as rules see it: percent-decoded, without dot segments and repeated slashes. `target` begins
/// with a slash and has no query.
std::string normal_path(std::string_view target);

}  // namespace outrider::push
