// SPDX-License-Identifier: MIT
// A request as rules see it: a view that is valid while the request is being decided, on the worker's thread. What is
// costly to know (the browser, cookies) is found at the first question.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/user_agent.h"

namespace outrider::push {

class SentMemory;

/// A header field. Names are in lower case (RFC 9113 8.2.1; ours makes HTTP/1's so).
struct Field {
  std::string_view name;
  std::string_view value;
};

using Fields = std::span<const Field>;

/// The value of the first field of that name (given in lower case), or an empty view with a null pointer.
std::string_view first_value(Fields fields, std::string_view name);

struct TlsFacts {
  bool used = false;
  std::string_view version;      // "TLSv1.3"
  std::string_view cipher;       // "TLS_AES_256_GCM_SHA384"
  std::string_view server_name;  // SNI, or empty
  bool session_reused = false;
};

struct ClientFacts {
  std::string_view address;  // the client's, as text; behind a trusted proxy the forwarded one
  std::string_view peer;     // the connection's other end, as text
  std::string_view country;  // two letters, or empty where nobody said
  bool accepts_push = false;
  bool new_connection = false;  // the first request on its connection
  bool behind_proxy = false;
};

enum class Phase : std::uint8_t { request, response };

/// Filled by src/http. The public members are facts of the wire; the functions derive the rest.
class Request {
 public:
  std::string_view id, method, scheme, host, path, query, protocol;  // path: decoded, normalised, without the query
  Fields fields;
  ClientFacts client;
  TlsFacts tls;
  /// What this connection has been sent; nullptr behind a proxy.
  const SentMemory* sent = nullptr;
  /// Key of `bucket`: 16 random bytes or those of the configured file.
  std::array<std::uint8_t, 16> bucket_key{};
  std::chrono::system_clock::time_point now;

  std::string_view field(std::string_view name) const { return first_value(fields, name); }

  /// Family, version, mobile, bot: parsed from the client hints and the user agent once.
  const Browser& browser() const;
  /// Sec-Fetch-Mode: navigate.
  bool navigation() const { return field("sec-fetch-mode") == "navigate"; }
  /// Sec-Purpose or Purpose: "prefetch", "prerender", or empty.
  std::string_view purpose() const;
  bool save_data() const;
  /// A 103 may be sent: HTTP/2, navigating, no push, not a prefetch.
  bool accepts_early_hints() const;
  /// Cookies in the order in which they came (RFC 6265 5.4), all Cookie fields taken together.
  const std::vector<Field>& cookies() const;
  /// Query parameters, percent-decoded, in order. '+' is a space.
  const std::vector<std::pair<std::string, std::string>>& parameters() const;
  /// A stable number in [0, 1) for this visitor (address and user agent) and name (SipHash of both).
  double bucket(std::string_view name) const;

 private:
  mutable bool browser_known_ = false, cookies_known_ = false, parameters_known_ = false;
  mutable Browser browser_;
  mutable std::vector<Field> cookies_;
  mutable std::vector<std::pair<std::string, std::string>> parameters_;
};

/// The head of the final response, for rules of the response phase.
struct Response {
  int status = 0;
  Fields fields;
};

/// A named part of a path that a pattern captured.
struct Capture {
  std::string_view name;   // owned by the pattern
  std::string_view value;  // owned by the request's path
};

}  // namespace outrider::push
