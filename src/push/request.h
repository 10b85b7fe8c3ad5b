// SPDX-License-Identifier: MIT
// A request as rules see it: a view that is valid while the request is being decided, on the worker's thread. What is
// costly to know (the browser, cookies) is found at the first question.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/clients.h"
#include "push/reads.h"
#include "push/reason.h"
#include "push/user_agent.h"

namespace outrider::push {

class Assets;

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
  bool passes_early_hints = false;  // that proxy is trusted, and forwards a 103 also over HTTP/1.1
};

/// Which requests get a 103: what the site's configuration says.
enum class EarlyHintsFor : std::uint8_t { nobody, navigations, everybody };

/// What the kernel says of the way to the client (tcp(7), TCP_INFO).
struct Link {
  std::uint64_t cwnd_bytes = 0;  // congestion window
  std::chrono::microseconds rtt{0};
};

/// Asks the kernel. src/http implements it.
class LinkSource {
 public:
  /// Nothing where the connection's other end is not the client, or is no TCP.
  virtual std::optional<Link> link() const = 0;

 protected:
  ~LinkSource() = default;
};

/// A way that is known beforehand, as to a client that a test makes up.
class FixedLink final : public LinkSource {
 public:
  explicit FixedLink(std::optional<Link> link = {}) : known(link) {}
  std::optional<Link> link() const override { return known; }

  std::optional<Link> known;
};

enum class Phase : std::uint8_t { request, response };

/// Filled by src/http. The public members are facts of the wire; the functions derive the rest.
class Request {
 public:
  std::string_view id, method, scheme, host, path, query, protocol;  // path: decoded, normalised, without the query
  std::string_view authority;  // the host as the client wrote it, with a port where there is one
  Fields fields;
  ClientFacts client;
  TlsFacts tls;
  EarlyHintsFor early_hints = EarlyHintsFor::navigations;
  /// What is known of assets, and whether this client has them; nullptr where nobody says.
  const Assets* assets = nullptr;
  /// Who knows the way to the client; nullptr where nobody does.
  const LinkSource* link_source = nullptr;
  /// What each browser can use; nullptr: nothing but Link.
  const ClientTable* clients = nullptr;
  /// Key of `bucket`: 16 random bytes or those of the configured file.
  std::array<std::uint8_t, 16> bucket_key{};
  std::chrono::system_clock::time_point now;

  std::string_view field(std::string_view name) const { return first_value(fields, name); }
  bool http2() const { return protocol.starts_with("HTTP/2"); }

  /// Family, version, mobile, bot: parsed from the client hints and the user agent once.
  const Browser& browser() const;
  /// What this client can use ahead of a page, by the table of clients.
  const Abilities& abilities() const;
  /// Sec-Fetch-Mode: navigate.
  bool navigation() const { return field("sec-fetch-mode") == "navigate"; }
  /// Sec-Purpose or Purpose: "prefetch", "prerender", or empty.
  std::string_view purpose() const;
  bool save_data() const;
  /// If-None-Match or If-Modified-Since: the client has the page, and asks whether it has changed.
  bool conditional() const;
  /// The client's own word that it wants nothing ahead of the page: a field `no-early-hints` with any value but "?0"
  /// (RFC 8941 3.3.6).
  bool opts_out_of_hints() const;
  /// Why it gets nothing ahead of the page, by push or by 103, whatever the hint; nothing where it may.
  std::optional<Reason> why_link_alone() const;
  /// Why no 103 goes to such a request otherwise: the connection, the site, what the client does and can use.
  std::optional<Reason> why_no_early_hints() const;
  /// A 103 may be sent, with what the client can use of it.
  bool accepts_early_hints() const { return !why_link_alone() && !why_no_early_hints(); }
  /// The way to the client, where anybody knows it.
  std::optional<Link> link() const { return link_source != nullptr ? link_source->link() : std::nullopt; }
  /// Cookies in the order in which they came (RFC 6265 5.4), all Cookie fields taken together.
  const std::vector<Field>& cookies() const;
  /// Query parameters, percent-decoded, in order. '+' is a space.
  const std::vector<std::pair<std::string, std::string>>& parameters() const;
  /// A stable number in [0, 1) for this visitor (address and user agent) and name (SipHash of both).
  double bucket(std::string_view name) const;

  /// What rules have looked at since somebody cleared it: noted by whoever evaluates them.
  mutable Reads reads;

 private:
  mutable bool browser_known_ = false, abilities_known_ = false, cookies_known_ = false, parameters_known_ = false;
  mutable Browser browser_;
  mutable Abilities abilities_;
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
